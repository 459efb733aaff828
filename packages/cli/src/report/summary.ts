// SPDX-License-Identifier: GPL-2.0-or-later
import { formatSize } from '../options/sizes.js';
import { formatCount } from './numbers.js';
import { cpuLines, guestLines, killLines, movedLines, wasKilled } from './summary-tables.js';
import { hotplugLines, migrationLines } from './summary-migration.js';
import { hypercallLines, totalLines } from './summary-totals.js';
import type { TimedResult } from './result-file.js';
import { shorten } from './table.js';

/** Traces that are named in the summary's head; further ones are only counted. */
const MOST_TRACES = 8;

const CHECKED = '  checked: every load returned what its process had last stored there';
/** What an audit that found nothing has to say. */
const AUDITED = {
  entry: '  audited: the contract between host and guest held at every entry into a guest',
  every: '  audited: the contract between host and guest held after every message',
} as const;

/** The readable account of a run, 80 columns wide where the numbers let it be. */
export function summary(result: TimedResult): string {
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [headline(result), runLines(result)],
    ['Totals', totalLines(result.totals)],
    ['Hypercalls', hypercallLines(result.totals.hypercalls)],
    ['Host CPUs', cpuLines(result)],
    ['Host CPUs that went offline', hotplugLines(result)],
    ["Guests on their host CPUs, and remaps of the Switcher's entries", migrationLines(result)],
    ['Guests and their processes', guestLines(result)],
    ['Regions of the traces that were moved below the guest kernel', movedLines(result)],
    ['Kills', killLines(result)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines, ''].join('\n'))
    .join('\n');
}

function headline({ status, kills, guests }: TimedResult): string {
  if (status === 'failed') return 'The run failed. Counted so far:';
  if (status === 'interrupted') return 'The run was interrupted. Counted so far:';
  const processes = guests.flatMap((guest) => guest.processes).filter(wasKilled);
  const killed = [number(kills.length, 'guest', 'guests')]
    .concat(number(processes.length, 'process', 'processes'))
    .filter((part) => part !== '');
  if (killed.length === 0) return 'The run finished.';
  return `The run finished, but not without kills: ${killed.join(' and ')}, see "Kills" below.`;
}

function number(count: number, one: string, many: string): string {
  return count === 0 ? '' : `${formatCount(count)} ${count === 1 ? one : many}`;
}

function runLines({
  config,
  guests,
  status,
  wallSeconds,
  accessesPerSecond,
}: TimedResult): string[] {
  const { tlb } = config;
  return [
    `  host CPUs ${config.cpus}, guests ${config.guests} with ${memories(guests)}, ` +
      `migrate ${config.migrate}, ${config.paging} paging`,
    `  slice ${formatCount(config.slice)} cycles, seed ${config.seed}, ` +
      `TLB ${tlb.entries}x${tlb.ways}${unusual(tlb.policy, 'lru', ' ')}, ` +
      `fidelity ${config.fidelity}${unusual(config.evict, 'random', ', evict ')}`,
    ...traceLines(config.traces),
    ...(config.check && status === 'finished' ? [CHECKED] : []),
    ...(config.audit !== 'off' && status === 'finished' ? [AUDITED[config.audit]] : []),
    `  ${wallSeconds.toFixed(2)} s, ${formatCount(accessesPerSecond)} accesses a second`,
  ];
}

/** The name of a policy that is not the usual one; none in results of before there were others. */
function unusual(policy: string | undefined, usual: string, before: string): string {
  return policy === undefined || policy === usual ? '' : `${before}${policy}`;
}

/** The memory that each guest has. */
function memories(guests: TimedResult['guests']): string {
  const sizes = guests.map(({ memoryBytes }) => memoryBytes);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most
    ? `${formatSize(least)} each`
    : `${formatSize(least)} to ${formatSize(most)}`;
}

function traceLines(traces: readonly string[]): string[] {
  const named = traces.slice(0, MOST_TRACES).map((trace) => `  trace ${shorten(trace, 72)}`);
  const more = traces.length - named.length;
  return more > 0 ? [...named, `  and ${more} more traces`] : named;
}
