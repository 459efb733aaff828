// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestResult, ProcessResult, ResultDocument } from '@lguest-sim/simulation';
import { formatCount, formatShare } from './numbers.js';
import { left, limitedTable, MOST_ROWS, restLine, right, shorten } from './table.js';

/** Characters of a trace's name in the table of processes. */
const NAME_WIDTH = 18;

/** Generations that are told apart by their indent: a process id of seven digits still fits. */
const DEEPEST_INDENT = 3;

/** The parent of a process that no fork made. */
const NOBODY = -1;

/** One row a host CPU. */
export function cpuLines({ cpus }: ResultDocument): string[] {
  const columns = [
    right('CPU'),
    right('accesses'),
    right('TLB misses'),
    right('page faults'),
    right('switches'),
    right('cycles'),
    right('idle'),
  ];
  const rows = cpus.map((cpu) => [
    String(cpu.cpu),
    formatCount(cpu.accesses),
    formatCount(cpu.tlbMisses),
    formatCount(cpu.pageFaults),
    formatCount(cpu.worldSwitches),
    formatCount(cpu.cycles),
    formatShare(cpu.idleCycles, cpu.cycles),
  ]);
  return limitedTable(columns, rows, { what: 'host CPUs' });
}

/** One row a process. */
export function guestLines({ guests }: ResultDocument): string[] {
  const anyCopied = guests.some((guest) => guest.processes.some(wasCopiedFor));
  const columns = [
    right('guest'),
    right('process'),
    left('trace'),
    left('status'),
    right('accesses'),
    right('pages'),
    right('zeroed'),
    ...(anyCopied ? [right('copied')] : []),
    right('syscalls'),
  ];
  const rows = guests.flatMap((guest) =>
    familyOrder(guest).map(([process, depth]) => processRow(guest, process, depth, anyCopied)),
  );
  return limitedTable(columns, rows, { what: 'processes' });
}

/** Every process behind its parent, and how many ancestors it has. */
function familyOrder({ processes }: GuestResult): [process: ProcessResult, depth: number][] {
  const children = new Map<number, ProcessResult[]>();
  for (const process of processes) {
    const siblings = children.get(process.parent);
    if (siblings === undefined) children.set(process.parent, [process]);
    else siblings.push(process);
  }
  const withDescendants = (
    process: ProcessResult,
    depth: number,
  ): [process: ProcessResult, depth: number][] => [
    [process, depth],
    ...(children.get(process.process) ?? []).flatMap((child) => withDescendants(child, depth + 1)),
  ];
  return (children.get(NOBODY) ?? []).flatMap((root) => withDescendants(root, 0));
}

/** A trace by its name, a child below its parent by the process id it has in the trace. */
function processLabel({ trace, pid }: ProcessResult, depth: number): string {
  if (depth === 0) return shorten(baseName(trace), NAME_WIDTH);
  return `${'  '.repeat(Math.min(depth, DEEPEST_INDENT))}pid ${pid}`;
}

/** Whether it got a page of its own in place of one that a fork had it share. */
function wasCopiedFor({ copyOnWriteBreaks }: ProcessResult): boolean {
  return copyOnWriteBreaks > 0;
}

function processRow(
  { guest }: GuestResult,
  process: ProcessResult,
  depth: number,
  withCopied: boolean,
): string[] {
  const systemCalls = Object.values(process.systemCalls).reduce((sum, count) => sum + count, 0);
  return [
    String(guest),
    String(process.process),
    processLabel(process, depth),
    process.status,
    formatCount(process.accesses),
    formatCount(process.pagesTouched),
    formatCount(process.demandZeroFaults),
    ...(withCopied ? [formatCount(process.copyOnWriteBreaks)] : []),
    formatCount(systemCalls),
  ];
}

/** The process whose trace or tree was named. */
function rootOf(process: ProcessResult, processes: readonly ProcessResult[]): ProcessResult {
  const parent = processes[process.parent];
  return parent === undefined ? process : rootOf(parent, processes);
}

/** One row a region and trace or tree: every guest moves the same, if it lives long enough. */
export function movedLines({ guests }: ResultDocument): string[] {
  const rows = new Map<string, string[]>();
  for (const { processes } of guests) {
    for (const process of processes) {
      const root = rootOf(process, processes);
      for (const { from, to, bytes } of process.moved) {
        const row = [shorten(baseName(root.trace), 28), from, to, formatCount(bytes)];
        rows.set(`${root.process} ${row.join(' ')}`, row);
      }
    }
  }
  const columns = [left('trace'), right('from'), right('to'), right('bytes')];
  return limitedTable(columns, [...rows.values()], { what: 'regions' });
}

/** Whether its guest kernel killed a process. */
export function wasKilled({ status }: ProcessResult): boolean {
  return status === 'killed';
}

/** One line a guest that the host killed, and one a process that its guest kernel killed. */
export function killLines({ kills, guests }: ResultDocument): string[] {
  const byHost = kills.map(({ guest, reason }) => `  guest ${guest}: ${reason}`);
  const byKernel = guests.flatMap(({ guest, processes }) =>
    processes.filter(wasKilled).map(({ process, reason }) => {
      return `  guest ${guest}, process ${process}, by its own kernel: ${reason ?? 'no reason given'}`;
    }),
  );
  const all = [...byHost, ...byKernel];
  return [...all.slice(0, MOST_ROWS), ...restLine(all.length, 'kills')];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}
