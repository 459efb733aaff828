// SPDX-License-Identifier: GPL-2.0-or-later
import type { CompletionModel } from './completion-model.js';
import { walkFunctions } from './walk.js';

/** For bash, without the package bash-completion. */
export function bashScript(model: CompletionModel): string {
  return `# bash completion for lguest-sim. Made by: lguest-sim completion bash

${walkFunctions(model, ({ word }) => word)}
_lguest_sim() {
  local command option used paths word current=\${COMP_WORDS[COMP_CWORD]} before=''
  local -a flags offered
  COMPREPLY=()
  _lguest_sim_walk "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  # Where "=" does not end a word, as it does unless COMP_WORDBREAKS was changed.
  if [[ $current == --*=* ]]; then
    option=\${current%%=*} before="\${current%%=*}=" current=\${current#*=}
  fi
  [[ $current == '=' ]] && current=''
  _lguest_sim_offer
  if [[ $current == -* ]]; then
    for word in "\${flags[@]}"; do
      [[ $word == "$current"* && $used != *" $word "* ]] && COMPREPLY+=("$word")
    done
    return
  fi
  for word in "\${offered[@]}"; do
    [[ $word == "$current"* ]] && COMPREPLY+=("$before$word")
  done
  if [[ -n $paths ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do
      COMPREPLY+=("$before$word")
    done < <(if [[ $paths == files ]]; then compgen -f -- "$current"; else compgen -d -- "$current"; fi)
  fi
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _lguest_sim lguest-sim
`;
}
