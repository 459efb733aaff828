// SPDX-License-Identifier: GPL-2.0-or-later
import { describeOperation } from '@lguest-sim/hostile-guest';
import { neighbours } from '../fuzz/fuzz-scenario.js';
import type { FuzzTally, ShrunkFinding } from '../fuzz/fuzzer.js';
import type { FuzzRequest } from '../options/fuzz-options.js';
import { formatCount } from './numbers.js';

/** A finding for people: what it is, the shortest way to it, and how to get there again. */
export function findingText(found: ShrunkFinding, request: FuzzRequest, saved?: string): string {
  const { name, detail, scenario, machine, run } = found;
  const { operations, migrate, slice, neighbour } = scenario;
  const beside = neighbours[neighbour]!.pattern;
  return [
    `Found: ${name}`,
    `  ${oneLine(detail)}`,
    `  run ${formatCount(run + 1)}, ${machine.paging} paging, migrate ${migrate}, slice ${slice}, beside ${beside}; shrunk to ${plural(operations.length, 'operation')}:`,
    ...operations.map((operation) => `    ${describeOperation(operation)}`),
    `  to get there again: ${commandLine(found, request)}`,
    ...(saved === undefined ? [] : [`  saved as ${saved}, which lguest-sim replay shows`]),
    '',
    '',
  ].join('\n');
}

/** All runs in figures; the last line sums up. */
export function tallyText({ runs, operations, messages, ends, findings }: FuzzTally): string {
  const found = [...findings.values()].reduce((sum, count) => sum + count, 0);
  const [alive, off] = [ends.get('alive') ?? 0, ends.get('switched off') ?? 0];
  const killed = runs - found - alive - off;
  const messagesOfDeath = [...ends.keys()].filter((end) => !survived.includes(end)).length;
  return [
    ...listText('How the hostile guests ended', ends),
    ...listText('Findings', findings),
    `${plural(runs, 'run')}, ${plural(operations, 'operation')}, ${plural(messages, 'message')}: ` +
      `${formatCount(killed)} hostile guests died of ${messagesOfDeath} of the original’s messages, ` +
      `${formatCount(off)} switched themselves off, ${formatCount(alive)} sleep for ever; ` +
      `${plural(found, 'finding')} of ${plural(findings.size, 'kind')}`,
    '',
  ].join('\n');
}

const survived: readonly string[] = ['alive', 'switched off'];

function listText(title: string, counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return [];
  const rows = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = rows.map(([name, count]) => `${formatCount(count).padStart(10)}  ${name}`);
  return [title, ...shown, ''];
}

function commandLine({ machine, seed }: ShrunkFinding, { operations }: FuzzRequest): string {
  const { paging, fidelity, cpus } = machine;
  return `lguest-sim fuzz --runs 1 --seed ${seed} --paging ${paging} --fidelity ${fidelity} --cpus ${cpus} --ops ${operations}`;
}

function plural(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
