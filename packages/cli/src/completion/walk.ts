// SPDX-License-Identifier: GPL-2.0-or-later
import type { CompletionModel, Offer, Place } from './completion-model.js';

/** How a shell writes what it offers. */
type Entry = (offer: Offer) => string;

/** A word as bash and zsh take it, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Functions for bash and zsh, which both understand them. `_lguest_sim_walk` is given the words
 * before the cursor and finds out where that is: in which `command`, and in the values of which
 * `option`; `used` is what was said already. `_lguest_sim_offer` says what can stand there:
 * `flags`, `offered` words, and `paths`.
 */
export function walkFunctions(model: CompletionModel, entry: Entry): string {
  return `_lguest_sim_walk() {
  local word key
  command='' option='' used=' '
  for word in "$@"; do
    [[ $word == '=' ]] && continue
    if [[ ${quoted(` ${model.groups.map((group) => `${group}/`).join(' ')} `)} == *" $command/ "* ]]; then
      command="\${command:+$command/}$word"
      continue
    fi
    key="$command/\${word%%=*}"
    if [[ ${quoted(` ${model.takesSeveral.join(' ')} `)} == *" $key "* ]]; then
      option=\${word%%=*}
    elif [[ ${quoted(` ${model.takesOne.join(' ')} `)} == *" $key "* ]]; then
      used+="\${word%%=*} "
      option=\${word%%=*}
      [[ $word == *=* ]] && option=''
    elif [[ $word == -?* ]]; then
      used+="$word "
      option=''
    elif [[ ${quoted(` ${model.takesOne.join(' ')} `)} == *" $command/$option "* ]]; then
      option=''
    fi
  done
}

_lguest_sim_offer() {
  flags=() offered=() paths=''
  case $command in
${model.flags.map(({ command, offers }) => `    ${quoted(command)}) flags=(${list(offers, entry)}) ;;`).join('\n')}
  esac
  case "$command/$option" in
${model.places.map((place) => placeArm(place, entry)).join('\n')}
  esac
}
`;
}

function placeArm({ keys, offers, paths }: Place, entry: Entry): string {
  return `    ${keys.map(quoted).join(' | ')}) offered=(${list(offers, entry)}) paths=${quoted(paths ?? '')} ;;`;
}

function list(offers: readonly Offer[], entry: Entry): string {
  return offers.map((offer) => quoted(entry(offer))).join(' ');
}
