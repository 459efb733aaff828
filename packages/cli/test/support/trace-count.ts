// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** What a plain count over a Lackey log gives. */
export interface TraceCount {
  accesses: number;
  instructions: number;
  fetches: number;
  loads: number;
  stores: number;
  pagesTouched: number;
}

const record = /^(I | [LSM]) ([0-9a-f]+),(\d+)$/;

/**
 * Counts a compressed Lackey log line by line, with nothing of the project's own readers: this is
 * what their counts are compared with.
 */
export function countTrace(path: string): TraceCount {
  const count = { accesses: 0, instructions: 0, fetches: 0, loads: 0, stores: 0 };
  const pages = new Set<bigint>();
  for (const line of gunzipSync(readFileSync(path)).toString('latin1').split('\n')) {
    const [, kind, digits, size] = record.exec(line) ?? [];
    if (kind === undefined) continue;
    const address = BigInt(`0x${digits!}`);
    const first = address >> 12n;
    const last = (address + BigInt(size!) - 1n) >> 12n;
    pages.add(first).add(last);
    const parts = first === last ? 1 : 2;
    if (kind === 'I ') count.instructions++;
    if (kind === 'I ') count.fetches += parts;
    if (kind === ' L' || kind === ' M') count.loads += parts;
    if (kind === ' S' || kind === ' M') count.stores += parts;
  }
  count.accesses = count.fetches + count.loads + count.stores;
  return { ...count, pagesTouched: pages.size };
}
