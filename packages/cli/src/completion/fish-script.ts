// SPDX-License-Identifier: GPL-2.0-or-later
import type { CompletionModel, Offer } from './completion-model.js';

/** For fish 3. */
export function fishScript(model: CompletionModel): string {
  return `# fish completion for lguest-sim. Made by: lguest-sim completion fish

# Where the cursor is: the command, "/", and the option whose value stands there, if any.
function __lguest_sim_place
    set -l groups ${words(model.groups)}
    set -l several ${words(model.takesSeveral)}
    set -l one ${words(model.takesOne)}
    set -l command ''
    set -l option ''
    for word in $argv
        if contains -- "$command" $groups
            set command (string join -- / (string match -v -- '' "$command") $word)
            continue
        end
        set -l name (string split -m 1 -- = $word)[1]
        if contains -- "$command/$name" $several
            set option $name
        else if contains -- "$command/$name" $one
            set option (string match -v -- '*=*' $word; or echo)
        else if string match -q -- '-?*' $word
            set option ''
        else if contains -- "$command/$option" $one
            set option ''
        end
    end
    echo $command/$option
end

function __lguest_sim_flags
    switch $argv[1]
${model.flags.map(({ command, offers }) => arm([command], offers)).join('\n')}
    end
end

function __lguest_sim_values
    switch $argv[1]
${model.places.map(({ keys, offers, paths }) => arm(keys, offers, pathsOf[paths ?? 'none'])).join('\n')}
    end
end

function __lguest_sim_complete
    set -l given (commandline -opc)
    set -l current (commandline -ct)
    set -l place (__lguest_sim_place $given[2..])
    set -l command (string replace -r -- '/[^/]*$' '' $place)
    if string match -q -- '--*=*' $current
        set -l parts (string split -m 1 -- = $current)
        __lguest_sim_values $command/$parts[1] $parts[2] | string replace -r -- '^' $parts[1]=
    else if string match -q -- '-*' $current
        __lguest_sim_flags $command | while read -l line
            set -l flag (string split \\t -- $line)[1]
            if contains -- "$command/$flag" ${words(model.takesSeveral)}; or not contains -- $flag $given
                echo $line
            end
        end
    else
        __lguest_sim_values $place $current
    end
end

complete -c lguest-sim -f -a '(__lguest_sim_complete)'
`;
}

const pathsOf = {
  none: '',
  files: '            __fish_complete_path $argv[2]\n',
  directories: '            __fish_complete_directories $argv[2]\n',
};

function arm(keys: readonly string[], offers: readonly Offer[], paths = ''): string {
  const lines = offers.map(({ word, does }) => quoted(`${word}\t${does}`)).join(' ');
  const print = offers.length === 0 ? '' : `            printf '%s\\n' ${lines}\n`;
  return `        case ${words(keys)}\n${print}${paths}`.trimEnd();
}

function words(all: readonly string[]): string {
  return all.map(quoted).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
