// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultCosts } from '@lguest-sim/bus';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policies, resultsOf, small, traceOf, wanderingTrace, type TraceLine } from './support.js';

const line: fc.Arbitrary<TraceLine> = fc.record({
  kind: fc.constantFrom('I', 'L', 'S', 'M'),
  address: fc.nat(0x3fff).map((offset) => 0x08048000 + offset),
  size: fc.constantFrom(1, 2, 4, 4, 4, 8, 10, 16),
});

/** What a plain count and a plain memory say of a trace: no pages, no tables, no kernel. */
function plainly(lines: readonly TraceLine[], firstToken: number) {
  const memory = new Map<number, number>();
  const pages = new Set<number>();
  const count = { accesses: 0, loads: 0, stores: 0, instructions: 0 };
  let token = firstToken;
  let checksum = 0;
  const mix = (value: number): void => void (checksum = (Math.imul(checksum, 31) + value) | 0);
  const byte = (address: number): number => memory.get(address) ?? 0;
  const load = (address: number, size: number): void => {
    count.loads++;
    if (size === 4 && address % 4 === 0) {
      const bytes = [0, 1, 2, 3].map((i) => byte(address + i) << (8 * i));
      mix(bytes.reduce((word, part) => word | part));
    } else for (let i = 0; i < size; i++) mix(byte(address + i));
  };
  const store = (address: number, size: number): void => {
    count.stores++;
    token = (token + 1) | 0;
    for (let i = 0; i < size; i++) memory.set(address + i, (token >>> (8 * (i & 3))) & 255);
  };
  for (const { kind, address, size } of lines) {
    const inFirst = Math.min(size, 4096 - (address % 4096));
    const parts = [
      [address, inFirst],
      [address + inFirst, size - inFirst],
    ].filter(([, bytes]) => bytes! > 0) as [number, number][];
    for (const [at] of parts) pages.add(at >>> 12);
    count.accesses += parts.length * (kind === 'M' ? 2 : 1);
    if (kind === 'I') count.instructions++;
    if (kind === 'L' || kind === 'M') for (const part of parts) load(...part);
    if (kind === 'S' || kind === 'M') for (const part of parts) store(...part);
  }
  return { ...count, pagesTouched: pages.size, checksum: checksum >>> 0 };
}

describe('a whole machine', () => {
  it('counts what a plain count of the trace gives, and loads what was last stored', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 300 }),
        fc.constantFrom('two-level' as const, 'pae' as const),
        async (lines, paging) => {
          const { totals, guests } = await resultsOf({ ...small, paging }, [traceOf('t', lines)]);
          const process = guests[0]!.processes[0]!;
          const plain = plainly(lines, 0);
          expect(totals).toMatchObject({
            accesses: plain.accesses,
            loads: plain.loads,
            stores: plain.stores,
            instructions: plain.instructions,
          });
          expect(process.accesses).toBe(plain.accesses);
          expect(process.pagesTouched).toBe(plain.pagesTouched);
          expect(Number(process.loadChecksum)).toBe(plain.checksum);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives a process the same life whatever CPUs, policy, paging and slices it runs under', async () => {
    const traces = [wanderingTrace('a', 20_000, 40), wanderingTrace('b', 10_000, 90)];
    const lives = new Set<string>();
    for (const migrate of policies) {
      for (const [cpus, guests, slice, paging] of [
        [1, 1, 100_000, 'two-level'],
        [2, 3, 7_000, 'pae'],
        [4, 2, 30_000, 'two-level'],
      ] as const) {
        const config = { ...small, migrate, cpus, guests, slice, paging, guestSlice: 9_000 };
        const result = await resultsOf(config, traces);
        expect(result.kills).toEqual([]);
        for (const guest of result.guests) {
          const life = guest.processes.map((process) => [
            process.accesses,
            process.pagesTouched,
            process.demandZeroFaults,
            process.loadChecksum,
            process.status,
          ]);
          lives.add(JSON.stringify(life));
        }
      }
    }
    expect([...lives]).toHaveLength(1);
  });

  it('migrates round-robin vCPUs, and moves the Switcher’s two entries along', async () => {
    const config = { ...small, cpus: 2, guests: 2, migrate: 'round-robin', slice: 5_000 } as const;
    const { totals } = await resultsOf(config, [wanderingTrace('a', 20_000, 50)]);
    expect(totals.migrations).toBeGreaterThan(5);
    expect(totals.switcherTargetedRemaps).toBeGreaterThan(5);
  });

  it('never moves a pinned vCPU', async () => {
    const config = { ...small, cpus: 2, guests: 3, migrate: 'pinned', slice: 5_000 } as const;
    const { totals } = await resultsOf(config, [wanderingTrace('a', 5_000, 50)]);
    expect(totals.migrations).toBe(0);
  });

  it('gets on even if a world switch takes longer than a time slice', async () => {
    const costs = { ...defaultCosts, worldSwitch: 5_000 };
    const config = { ...small, cpus: 2, guests: 2, slice: 1_000, costs } as const;
    const { totals, kills } = await resultsOf(config, [wanderingTrace('a', 200, 3)]);
    expect(kills).toEqual([]);
    expect(totals.accesses).toBeGreaterThan(400);
  });

  it('evicts tables when a guest has more processes than slots', async () => {
    const traces = Array.from({ length: 9 }, (_, i) => wanderingTrace(`p${i}`, 8_000, 20));
    const { totals, guests } = await resultsOf({ ...small, guestSlice: 3_000 }, traces);
    expect(totals.slotEvictions).toBeGreaterThan(9);
    expect(totals.interrupts).toBeGreaterThan(9);
    expect(guests[0]!.processes.map((process) => process.status)).toEqual(
      new Array<string>(9).fill('end-of-trace'),
    );
  });
});
