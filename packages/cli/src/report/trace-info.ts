// SPDX-License-Identifier: GPL-2.0-or-later
import { PACKED_TRACE_VERSION } from '@lguest-sim/trace';
import type { LogCount, LogFileCount } from '@lguest-sim/trace';
import { formatCount } from './numbers.js';
import { tableLines, type Column } from './table.js';

const numbers = ['accesses', 'fetches', 'loads', 'stores', 'modifies', 'calls'] as const;

const columns: readonly Column[] = [
  { title: 'pid', align: 'right' },
  { title: 'parent', align: 'right' },
  ...numbers.map((title) => ({
    title: title === 'calls' ? 'system calls' : title,
    align: 'right' as const,
  })),
  { title: 'command', align: 'left' },
];

/**
 * What is in a file of logs, for people.
 * @param bytes of the file as it is, compressed or not
 */
export function traceInfo(
  name: string,
  bytes: number,
  { isPacked, isTree, logs }: LogFileCount,
): string {
  const accesses = logs.reduce((sum, log) => sum + log.accesses, 0);
  const form = isPacked
    ? `packed ${isTree ? 'tree' : 'trace'}, version ${PACKED_TRACE_VERSION}`
    : 'Lackey log';
  const rate = accesses === 0 ? '' : `, ${(bytes / accesses).toFixed(2)} an access`;
  return [
    `${name}: ${form}`,
    `  ${formatCount(accesses)} accesses in ${formatCount(bytes)} bytes${rate}`,
    '',
    ...tableLines(columns, logs.map(rowOf)),
    '',
  ].join('\n');
}

function rowOf(log: LogCount): string[] {
  const process = [log.pid, log.parent].map((pid) => (pid === undefined ? '-' : String(pid)));
  return [...process, ...numbers.map((name) => formatCount(log[name])), log.command ?? '-'];
}
