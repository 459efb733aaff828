// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AccessBatch } from '../src/index.js';
import { openTrace } from '../src/node/index.js';
import { readPlainly } from './support/plain-reader.js';
import { plainBatch, putBack, readBatches } from './support/reading.js';
import type { PlainAccess } from './support/reading.js';
import { recordedTrace, recordedTraces } from './support/recorded.js';

const traces = recordedTraces();

// Without ../shared/traces next to the repository there is nothing to compare with.
describe.skipIf(traces.length === 0)('on a recorded trace (../shared/traces)', () => {
  it.each(traces.map((path) => [basename(path), path]))(
    'the reader agrees access for access with a plain count over %s',
    async (_, path) => {
      const plain = readPlainly(gunzipSync(readFileSync(path)).toString('latin1'));
      const read = await compare(path, plain.accesses);
      expect(read).toEqual({
        accesses: plain.accesses.length,
        different: 0,
        counts: plain.counts,
        pagesTouched: plain.pages.size,
        calls: plain.calls,
      });
    },
    60_000,
  );

  it('the forks of the shell name the children, in order', async () => {
    const batches = await readBatches(await openTrace(recordedTrace('sh.26540.lackey.gz')!));
    const clones = batches
      .flatMap((batch) => batch.events)
      .filter((event) => event.kind === 'system-call' && event.name === 'clone');
    expect(clones.map((event) => ('child' in event ? event.child : undefined))).toEqual([
      26541, 26542, 26543, 26544, 26545, 26674,
    ]);
    expect(clones.map(({ result }) => result)).toEqual([26541, 26542, 26543, 26544, 26545, 26674]);
  });

  it('a parent and its child agree on where the stack went', async () => {
    const sources = ['sh.26540.lackey.gz', 'sh.26541.lackey.gz'].map(async (name) => {
      const source = await openTrace(recordedTrace(name)!);
      await readBatches(source);
      return source.moved;
    });
    const [parent, child] = await Promise.all(sources);
    expect(parent).toEqual([{ from: 0xfec00000n, to: 0xbfc00000, bytes: 0x400000 }]);
    expect(child).toEqual(parent);
  });
});

/** Reads a trace, counts, and compares each access (moved regions put back) with what is expected. */
async function compare(path: string, expected: readonly PlainAccess[]): Promise<unknown> {
  const counts = { instructions: 0, loads: 0, stores: 0 };
  const names = ['instructions', 'loads', 'stores'] as const;
  const pages = new Set<number>();
  const source = await openTrace(path);
  const batch = new AccessBatch();
  let accesses = 0;
  let different = 0;
  let calls = 0;
  while (await source.read(batch)) {
    calls += batch.events.filter(({ kind }) => kind === 'system-call').length;
    for (const access of putBack(plainBatch(batch).accesses, source.moved)) {
      const { kind, address, size, continuation } = expected[accesses++]!;
      const same = kind === access.kind && address === access.address && size === access.size;
      if (!same || continuation !== access.continuation) different++;
      if (!access.continuation) counts[names[access.kind]!]++;
    }
    for (const address of batch.addresses.subarray(0, batch.length)) pages.add(address >>> 12);
  }
  await source.close();
  return { accesses, different, counts, pagesTouched: pages.size, calls };
}
