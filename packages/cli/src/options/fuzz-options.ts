// SPDX-License-Identifier: GPL-2.0-or-later
import { limits, type SimulationConfig } from '@lguest-sim/simulation';
import { usageError } from '../errors.js';
import type { CommandSyntax, ParsedArguments } from './command-syntax.js';
import { aNumber, directory, fidelityNames, optionOf, pagingNames } from './value-syntax.js';
import { choice, fileName, wholeNumber, type Range } from './values.js';

/** What `lguest-sim fuzz` is asked to do. */
export interface FuzzRequest {
  readonly runs: number;
  readonly seed: number;
  /** Taken in turns, run by run. */
  readonly pagings: readonly SimulationConfig['paging'][];
  readonly fidelity: SimulationConfig['fidelity'];
  readonly cpus: number;
  /** Most operations of a hostile guest after its boot. */
  readonly operations: number;
  /** Directory for the event logs of what is found. */
  readonly save: string | undefined;
}

const usual = { runs: 200, seed: 1, cpus: 2, ops: 60 } as const;
const pagings = [...pagingNames, 'both'] as const;
const runRange: Range = [1, 1_000_000_000];
const operationRange: Range = [1, 10_000];

/** `lguest-sim fuzz`. */
export const fuzzSyntax: CommandSyntax = {
  name: 'fuzz',
  usage: [
    'lguest-sim fuzz [--runs N] [--seed S] [--paging two-level|pae|both] ' +
      '[--fidelity original|mended] [--cpus N] [--ops N] [--save DIR]',
    '',
    'Lets hostile guests loose, beside an honest one, on a machine under full audit.',
    'Each does operations at random: hypercalls, page tables changed behind the',
    'host’s back, accesses anywhere. What is found is shrunk to few operations.',
  ].join('\n'),
  options: {
    runs: {
      type: 'string',
      describe: 'Runs, each with another hostile guest',
      defaultDescription: String(usual.runs),
      takes: aNumber,
    },
    seed: {
      type: 'string',
      describe: 'Seed of the first run; each has one more than the one before',
      defaultDescription: String(usual.seed),
      takes: aNumber,
    },
    paging: optionOf('Format of page tables, or both in turns', pagings, 'both'),
    fidelity: optionOf(
      'With the defects of the original, or with them mended',
      fidelityNames,
      'mended',
    ),
    cpus: {
      type: 'string',
      describe: 'Host CPUs, between which the guests migrate',
      defaultDescription: String(usual.cpus),
      takes: aNumber,
    },
    ops: {
      type: 'string',
      describe: 'Most operations of a hostile guest after its boot',
      defaultDescription: String(usual.ops),
      takes: aNumber,
    },
    save: {
      type: 'string',
      describe: 'Directory for an event log of each finding, for replay',
      takes: directory,
    },
  },
  examples: [
    ['lguest-sim fuzz --runs 10000', 'look for anything that gets through'],
    ['lguest-sim fuzz --fidelity original --save found', 'find defects of the original'],
  ],
  epilogue: [
    'With --fidelity mended nothing is to be found: whatever the hostile guest does, it',
    'goes on or dies with a message of the original’s, and the honest guest’s results',
    'are what they are without it.',
    '',
    'Exit code: 0 nothing found, 1 something found, 2 bad usage, 130 ended by Ctrl-C.',
  ].join('\n'),
  hint: 'see lguest-sim fuzz --help',
};

/**
 * Makes a request of what was said.
 * @throws CommandError naming what cannot be
 */
export function readFuzzOptions({ texts, others }: ParsedArguments): FuzzRequest {
  if (others.length > 0) {
    throw usageError(`expected options only, got "${others[0]}"`, fuzzSyntax.hint);
  }
  const number = (name: keyof typeof usual, range: Range): number =>
    wholeNumber(name, texts[name] ?? String(usual[name]), range);
  const paging = choice('paging', texts['paging'] ?? 'both', pagings);
  const { save } = texts;
  return {
    runs: number('runs', runRange),
    seed: number('seed', limits.seed),
    pagings: paging === 'both' ? pagingNames : [paging],
    fidelity: choice('fidelity', texts['fidelity'] ?? 'mended', fidelityNames),
    cpus: number('cpus', limits.cpus),
    operations: number('ops', operationRange),
    save: save === undefined ? undefined : fileName('save', save),
  };
}
