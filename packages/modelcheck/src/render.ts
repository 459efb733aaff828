// SPDX-License-Identifier: GPL-2.0-or-later
import type { Exploration, ExploreOptions, Layer } from './explore.js';
import type { Finding } from './findings.js';

/** What is looked at, in a line. */
export function renderModel(options: ExploreOptions): string {
  const { fidelity, paging, slots, cpus, pages, depth } = options;
  return `${paging}, ${fidelity}: ${slots} slots, ${cpus} host CPUs, ${pages} guest pages, depth ${depth}\n`;
}

/** One layer of states in a line. */
export function renderLayer({ depth, states, dead, transitions }: Layer): string {
  return `depth ${depth}: ${states} ${states === 1 ? 'state' : 'states'} (${dead} with a dead guest), ${transitions} transitions\n`;
}

/** A finding and the shortest way there, step by step. */
export function renderFinding({ what, description, steps, times }: Finding): string {
  const lines = steps.map((step, i) => `  ${i + 1}. ${step}`);
  const often = times === 1 ? 'one transition' : `${times} transitions`;
  return [
    `${what}, by ${often}; the shortest way there:`,
    ...lines,
    `  => ${description}`,
    '',
  ].join('\n');
}

/** How it ended, in figures. */
export function renderExploration(exploration: Exploration): string {
  const { states, transitions, layers, findings, isAll, isCut, options } = exploration;
  const depth = layers[layers.length - 1]!.depth;
  const space = isAll ? 'all there are' : `all within ${options.depth} operations`;
  const how = isCut ? `stopped at ${options.mostStates}, depth ${depth} not complete` : space;
  return `${states} states (${how}), ${transitions} transitions, depth ${depth}: ${count(findings)}\n`;
}

function count({ length }: readonly Finding[]): string {
  if (length === 0) return 'no violation';
  return length === 1 ? '1 kind of violation' : `${length} kinds of violations`;
}
