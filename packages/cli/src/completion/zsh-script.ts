// SPDX-License-Identifier: GPL-2.0-or-later
import type { CompletionModel, Offer } from './completion-model.js';
import { walkFunctions } from './walk.js';

/** For zsh: a file in a directory of $fpath, or read with source after compinit. */
export function zshScript(model: CompletionModel): string {
  return `#compdef lguest-sim
# zsh completion for lguest-sim. Made by: lguest-sim completion zsh

${walkFunctions(model, described)}
_lguest_sim() {
  local command option used paths word
  local -a flags offered further
  _lguest_sim_walk "\${(@)words[2,CURRENT-1]}"
  if [[ $PREFIX == --*=* ]]; then
    option=\${PREFIX%%=*}
    compset -P '*='
  fi
  _lguest_sim_offer
  if [[ $PREFIX == -* ]]; then
    for word in "\${flags[@]}"; do
      [[ $used == *" \${word%%:*} "* ]] || further+=("$word")
    done
    _describe -o option further
    return
  fi
  local found=1
  if [[ \${offered[1]} == *= ]]; then
    compadd -S '' -- "\${offered[@]}" && found=0
  elif (( \${#offered} )); then
    _describe value offered && found=0
  fi
  case $paths in
    files) _files && found=0 ;;
    directories) _files -/ && found=0 ;;
  esac
  return $found
}

if [[ \${funcstack[1]} == _lguest-sim ]]; then
  _lguest_sim "$@"
else
  compdef _lguest_sim lguest-sim
fi
`;
}

/** As `_describe` takes it: a colon before the description, and none in the word. */
function described({ word, does }: Offer): string {
  return does === '' ? word : `${word}:${does}`;
}
