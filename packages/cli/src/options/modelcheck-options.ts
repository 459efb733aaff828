// SPDX-License-Identifier: GPL-2.0-or-later
import { limits, type ExploreOptions } from '@lguest-sim/modelcheck';
import { usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { aNumber, fidelityNames, optionOf, pagingNames } from './value-syntax.js';
import { choice, wholeNumber } from './values.js';

const defaults = {
  slots: '2',
  cpus: '2',
  pages: '3',
  depth: '4',
  states: '50000000',
  paging: 'two-level',
  fidelity: 'mended',
  audit: 'states',
} as const;

const auditNames = ['states', 'transitions'] as const;

function size(what: string, name: keyof typeof limits): CommandSyntax['options'][string] {
  const [least, most] = limits[name];
  return number(`${what}, ${least} to ${most}`, name);
}

function number(describe: string, name: keyof typeof defaults): CommandSyntax['options'][string] {
  return { type: 'string', describe, defaultDescription: defaults[name], takes: aNumber };
}

/** `lguest-sim modelcheck`. */
export const modelcheckSyntax: CommandSyntax = {
  name: 'modelcheck',
  usage: [
    'lguest-sim modelcheck [options]',
    '',
    'Puts a small machine into every state that guest, host and migration can bring',
    'about with so many operations, and holds each against the contract between',
    'host and guest. What breaks it is shown with the shortest way there.',
  ].join('\n'),
  options: {
    slots: size('Shadow tables that are kept; the original has 4', 'slots'),
    cpus: size('Host CPUs', 'cpus'),
    pages: size('Guest memory in pages', 'pages'),
    depth: size('Operations one after the other', 'depth'),
    paging: optionOf('Paging format', pagingNames, defaults.paging),
    fidelity: optionOf(
      'With the defects of the original, or with them mended',
      fidelityNames,
      defaults.fidelity,
    ),
    audit: optionOf(
      'Look at all tables in each new state, or after all transitions',
      auditNames,
      defaults.audit,
    ),
    states: number('Stop when there are so many states', 'states'),
  },
  examples: [
    ['lguest-sim modelcheck --depth 5', 'more than a million states'],
    ['lguest-sim modelcheck --fidelity original --depth 3', 'what the original lets a guest do'],
  ],
  epilogue: 'Exit code: 0 nothing found, 1 a violation or stopped too soon, 2 bad usage.',
  hint: 'see lguest-sim modelcheck --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what cannot be
 */
export function readModelcheckOptions({ texts, others }: ParsedArguments): ExploreOptions {
  const [other] = others;
  if (other !== undefined) {
    throw usageError(`unexpected argument "${other}"`, modelcheckSyntax.hint);
  }
  const text = (name: keyof typeof defaults): string => texts[name] ?? defaults[name];
  const sized = (name: keyof typeof limits): number => wholeNumber(name, text(name), limits[name]);
  return {
    slots: sized('slots'),
    cpus: sized('cpus'),
    pages: sized('pages'),
    depth: sized('depth'),
    mostStates: wholeNumber('states', text('states'), [1, 1e9]),
    paging: choice('paging', text('paging'), pagingNames),
    fidelity: choice('fidelity', text('fidelity'), fidelityNames),
    audit: choice('audit', text('audit'), auditNames),
  };
}
