// SPDX-License-Identifier: GPL-2.0-or-later

import type { PlainAccess } from './reading.js';

/** What a trace holds, as read line by line with a regular expression. */
export interface PlainTrace {
  readonly accesses: PlainAccess[];
  readonly counts: { instructions: number; loads: number; stores: number };
  readonly pages: Set<number>;
  readonly calls: number;
}

const KINDS: Record<string, readonly number[]> = { I: [0], L: [1], S: [2], M: [1, 2] };

/**
 * Reads a whole trace, addresses of up to 53 bits as traced, in the plainest way, with nothing of what is under test: what the readers are
 * held against.
 */
export function readPlainly(text: string): PlainTrace {
  const trace: PlainTrace = {
    accesses: [],
    counts: { instructions: 0, loads: 0, stores: 0 },
    pages: new Set(),
    calls: 0,
  };
  let calls = 0;
  for (const line of text.split(/\r?\n/)) {
    const record = /^(I| [LSM]) +([0-9a-f]+),(\d+)$/i.exec(line);
    if (record !== null)
      addRecord(trace, record[1]!.trim(), parseInt(record[2]!, 16), Number(record[3]));
    else if (/^SYSCALL\[\d+,\d+\]\(\d+\) (?!\.\.\.)/.test(line)) calls++;
  }
  return { ...trace, calls };
}

function addRecord(trace: PlainTrace, letter: string, address: number, size: number): void {
  for (const kind of KINDS[letter]!) {
    if (kind === 0) trace.counts.instructions++;
    if (kind === 1) trace.counts.loads++;
    if (kind === 2) trace.counts.stores++;
    for (let at = address; at < address + size;) {
      const page = Math.floor(at / 4096);
      const stop = Math.min((page + 1) * 4096, address + size);
      trace.accesses.push({ kind, address: at, size: stop - at, continuation: at !== address });
      trace.pages.add(page);
      at = stop;
    }
  }
}
