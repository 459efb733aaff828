// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch } from '@lguest-sim/trace';
import { openTrace } from '@lguest-sim/trace/node';
import type { Benchmark } from './benchmark.js';
import { joinedPacked, joinedText } from './joined-trace.js';

/** Nanoseconds an access from a file to batches, with nothing done to them. */
async function decode(path: string, takesPackets = false): Promise<number> {
  const source = await openTrace(path);
  try {
    const batch = new AccessBatch(undefined, { takesPackets });
    let accesses = 0;
    const before = performance.now();
    while (await source.read(batch)) accesses += batch.length;
    return ((performance.now() - before) * 1e6) / accesses;
  } finally {
    await source.close();
  }
}

/** How fast traces are read. */
export const decoding: readonly Benchmark[] = [
  {
    name: 'decode-text',
    title: 'text to batches',
    unit: 'ns/access',
    measure: async (context) => await decode(await joinedText(context)),
  },
  {
    name: 'decode-packed',
    title: 'packed to batches, access by access',
    unit: 'ns/access',
    measure: async (context) => await decode(await joinedPacked(context)),
  },
  {
    name: 'decode-packets',
    title: 'packed to batches that take packets, as in a run',
    unit: 'ns/access',
    measure: async (context) => await decode(await joinedPacked(context), true),
  },
];
