// SPDX-License-Identifier: GPL-2.0-or-later
import { isGroup, type CommandGroup } from '../command-group.js';
import type { CommandSyntax, OptionSyntax } from '../options/command-syntax.js';
import type { ValueSyntax } from '../options/value-syntax.js';

/** A word that a shell offers, and what it means, where that is told. */
export interface Offer {
  readonly word: string;
  readonly does: string;
}

/** What a shell offers in one place that is not an option's name. */
export interface Place {
  /** A command and `/`, and after that an option whose value stands there, in each of its forms. */
  readonly keys: readonly string[];
  readonly offers: readonly Offer[];
  readonly paths: 'files' | 'directories' | undefined;
}

/** All that a shell has to know. A command's name here is its words with `/` between them; first is ''. */
export interface CompletionModel {
  /** Commands after which another command stands. */
  readonly groups: readonly string[];
  /** For each command its options. */
  readonly flags: readonly { readonly command: string; readonly offers: readonly Offer[] }[];
  /** Keys of options that take one value, and of those that take all up to the next option. */
  readonly takesOne: readonly string[];
  readonly takesSeveral: readonly string[];
  readonly places: readonly Place[];
}

/** What the definitions of commands and options say that there is to complete. */
export function completionModel(commands: CommandGroup): CompletionModel {
  const model: { -readonly [Part in keyof CompletionModel]: CompletionModel[Part][number][] } = {
    groups: [],
    flags: [],
    takesOne: [],
    takesSeveral: [],
    places: [],
  };
  const addCommand = (command: string, syntax: CommandSyntax): void => {
    const { options, others } = syntax;
    const flags = Object.entries(options).flatMap(([name, option]) =>
      formsOf(name, option).map((word) => ({ word, does: option.describe })),
    );
    model.flags.push({ command, offers: [...flags, ...helpFlags] });
    if (others !== undefined) model.places.push(place([`${command}/`], others));
    for (const [name, option] of Object.entries(options)) {
      if (option.takes === undefined) continue;
      const keys = formsOf(name, option).map((form) => `${command}/${form}`);
      (option.array === true ? model.takesSeveral : model.takesOne).push(...keys);
      model.places.push(place(keys, option.takes));
    }
  };
  const addGroup = (path: string, { list, commands }: CommandGroup): void => {
    model.groups.push(path);
    const flags = offersOf(list.options).flatMap(({ word, does }) =>
      word.split(', ').map((form) => ({ word: form, does })),
    );
    model.flags.push({ command: path, offers: flags });
    model.places.push({ keys: [`${path}/`], offers: offersOf(list.summaries), paths: undefined });
    for (const [name, found] of commands) {
      const command = path === '' ? name : `${path}/${name}`;
      if (isGroup(found)) addGroup(command, found);
      else addCommand(command, found[0]);
    }
  };
  addGroup('', commands);
  return model;
}

const helpFlags = [
  { word: '--help', does: 'Show this help' },
  { word: '-h', does: 'Show this help' },
];

/** `--output` and `-o`. */
function formsOf(name: string, { alias = [] }: OptionSyntax): string[] {
  return [name, ...[alias].flat()].map((form) => (form.length === 1 ? `-${form}` : `--${form}`));
}

function place(keys: readonly string[], { words = [], paths }: ValueSyntax): Place {
  return { keys, offers: words.map((word) => ({ word, does: '' })), paths };
}

function offersOf(told: Readonly<Record<string, string>>): Offer[] {
  return Object.entries(told).map(([word, does]) => ({ word, does }));
}
