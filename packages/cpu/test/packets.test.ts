// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch, AccessKind, TraceError, packLogs, traceOfChunks } from '@lguest-sim/trace';
import { Flag, pagingFormats } from '@lguest-sim/x86';
import type { PagingFormat } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAccesses } from '../src/core/hot-loop.js';
import { PolicyTlb, tlbPolicies } from '../src/index.js';
import type { Tlb, TlbPolicy, TlbShape } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import { KERNEL_RW, TestMachine, USER_RO, USER_RW } from './support/test-machine.js';

const { fetch, load, store } = AccessKind;
const MODIFY = 3;
const FOREVER = 1e15;

/** Some pages share a set of the TLBs tested, two are neighbours, one has the top bit set. */
const pages = [0x08048, 0x08049, 0x0804c, 0x08050, 0x09000, 0xbfffe];

const record = fc.record({
  address: fc
    .tuple(fc.constantFrom(...pages), fc.oneof(fc.nat(64), fc.constantFrom(0xff0, 0xffd, 0xfff)))
    .map(([page, offset]) => page * 4096 + offset)
    // What lies across two pages needs both of them mapped.
    .filter((address) => (address & 0xfff) < 0xfe0 || address >>> 12 === 0x08048),
  kind: fc.constantFrom(fetch, fetch, load, load, store, MODIFY),
  size: fc.constantFrom(1, 2, 4, 4, 4, 8, 16),
});

const scenario = fc.record({
  // Loops, so that the TLB comes to answer whole packets.
  loops: fc.array(fc.tuple(fc.array(record, { minLength: 1, maxLength: 40 }), fc.nat(12)), {
    maxLength: 8,
  }),
  flags: fc.tuple(
    ...pages.map(() => fc.constantFrom(0, KERNEL_RW, USER_RO, USER_RW, USER_RW | Flag.dirty)),
  ),
  slices: fc.array(fc.oneof(fc.nat(40), fc.nat(4000)), { maxLength: 20 }),
  tlb: fc.constantFrom<() => TlbShape | Tlb>(
    () => ({ entries: 4, ways: 2 }),
    () => ({ entries: 2, ways: 1 }),
    () => ({ entries: 8, ways: 8 }),
    () => ({ entries: 64, ways: 4 }),
    () => new PolicyTlb({ entries: 4, ways: 4 }, treeOfOneSet()),
  ),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function logOf(loops: Scenario['loops']): string {
  const line = ({ kind, address, size }: { kind: number; address: number; size: number }): string =>
    `${['I ', ' L', ' S', ' M'][kind]!} ${address.toString(16).padStart(8, '0')},${size}\n`;
  const text = loops.map(([records, times]) =>
    records
      .map(line)
      .join('')
      .repeat(times + 1),
  );
  return `I  08048000,1\n${text.join('')}`;
}

async function packed(text: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const chunks = [Buffer.from(text)];
  for await (const piece of packLogs([{ name: 'test.lackey', chunks: asynchronous(chunks) }])) {
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}

async function* asynchronous(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
  await Promise.resolve();
}

/** A process that makes all accesses of a packed trace, which are one batch. */
async function processOf(bytes: Uint8Array, takesPackets: boolean): Promise<ScriptedCode> {
  const code = new ScriptedCode();
  code.accesses = new AccessBatch(30_000, { takesPackets });
  await traceOfChunks(asynchronous([bytes]), { name: 'test.lgt' }).read(code.accesses);
  return code;
}

/** It does not forget a hit when another comes, as LRU does. */
const treeOfOneSet = (): TlbPolicy =>
  tlbPolicies['tree-plru']({ sets: 1, ways: 4, random: () => 0 });

function machineWith(
  format: PagingFormat,
  tlb: TlbShape | Tlb,
  flags: readonly number[],
): TestMachine {
  const machine = new TestMachine({ format, frames: 64, tlb });
  pages.forEach((page, at) => machine.map(page * 4096, flags[at]));
  machine.load();
  return machine;
}

/** All of host memory but the pages of the process. */
function foreignBytes(machine: TestMachine): Buffer {
  const bytes = Buffer.from(machine.host.bytes);
  for (const page of pages) {
    const start = (machine.leaf(page * 4096) >>> 12) * 4096;
    bytes.fill(0, start, start + 4096);
  }
  return bytes;
}

function stateOf({ core, now }: TestMachine, code: ScriptedCode): unknown {
  const { checksum, storeToken, filled, accesses } = code;
  return [now, accesses.position, checksum, storeToken, filled, core.snapshot()];
}

describe.each(Object.values(pagingFormats))('accesses in packets, $name', (format) => {
  it('leave the whole CPU, its process and memory as the same accesses one by one do', async () => {
    let inPackets = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ loops, flags, slices, tlb }) => {
        const bytes = await packed(logOf(loops));
        const machines = [0, 1].map(() => machineWith(format, tlb(), flags));
        const codes = [await processOf(bytes, false), await processOf(bytes, true)];
        const [single, packets] = machines as [TestMachine, TestMachine];
        for (const cycles of [...slices, ...pages.map(() => FOREVER), FOREVER]) {
          const until = single.now + cycles;
          const [completed, same] = machines.map(({ core }, at) =>
            runAccesses(core.mmu, codes[at]!, core.registers, until),
          );
          expect(same).toBe(completed);
          if (completed === false) {
            const page = (single.core.cr2 & -4096) >>> 0;
            for (const machine of machines)
              machine.map(page, USER_RW, machine.leaf(page) >>> 12 || undefined);
          }
          expect(stateOf(packets, codes[1]!)).toEqual(stateOf(single, codes[0]!));
        }
        expect(Buffer.compare(packets.host.bytes, single.host.bytes)).toBe(0);
        inPackets += codes[1]!.accesses.packets.end;
      }),
      { numRuns: 250 },
    );
    expect(inPackets).toBeGreaterThan(1000);
  });
});

describe('a packet', () => {
  it('that was damaged is made, or refused, and changes nothing but pages of its process', async () => {
    const counts = { made: 0, refused: 0 };
    const column = fc.constantFrom('ops', 'places', 'pages', 'accesses', 'modifies' as const);
    const damage = fc.array(fc.tuple(column, fc.nat(), fc.nat(0xffff)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(scenario, damage, async ({ loops }, changes) => {
        const machine = machineWith(
          pagingFormats['two-level'],
          { entries: 64, ways: 4 },
          // What a store sets in the tables is set already.
          pages.map(() => USER_RW | Flag.accessed | Flag.dirty),
        );
        const { mmu, registers } = machine.core;
        const bytes = await packed(logOf(loops));
        runAccesses(mmu, await processOf(bytes, true), registers, FOREVER);
        const code = await processOf(bytes, true);
        const { contents } = code.accesses.packets;
        if (contents === undefined) return;
        for (const [name, at, value] of changes) {
          const numbers = contents[name];
          const count =
            name === 'accesses' || name === 'modifies'
              ? code.accesses.packets.last
              : numbers.length;
          if (count > 0 && name !== 'pages') numbers[at % count] = value;
          // The page stays one of those that there are.
          else if (count > 0) numbers[at % count] = (numbers[at % count]! & ~7) | (value & 7);
        }
        const others = foreignBytes(machine);
        try {
          runAccesses(mmu, code, registers, FOREVER);
          counts.made++;
        } catch (error) {
          expect(error).toBeInstanceOf(TraceError);
          counts.refused++;
        }
        expect(Buffer.compare(foreignBytes(machine), others)).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(counts.made).toBeGreaterThan(20);
    expect(counts.refused).toBeGreaterThan(20);
  });

  it('that stores to a page which it does not announce as stored to is refused', async () => {
    const bytes = await packed('I  08048000,1\n L 09000000,4\n L 08049000,4\n'.repeat(8));
    const code = await processOf(bytes, true);
    const contents = code.accesses.packets.contents!;
    const machine = machineWith(pagingFormats['two-level'], { entries: 64, ways: 4 }, []);
    // The first time, entries are missing, and accesses are made one by one.
    runAccesses(machine.core.mmu, code, machine.core.registers, FOREVER);
    const again = await processOf(bytes, true);
    again.accesses.packets.contents!.ops[1] = contents.ops[1]! ^ 0xc0;
    expect(() => runAccesses(machine.core.mmu, again, machine.core.registers, FOREVER)).toThrow(
      TraceError,
    );
  });

  it('is made as a whole where the TLB answers all of it, so that nothing is written out', async () => {
    const bytes = await packed('I  08048000,1\n L 09000000,4\n S 09000000,4\n'.repeat(8));
    const machine = machineWith(pagingFormats['two-level'], { entries: 64, ways: 4 }, []);
    const { mmu, registers } = machine.core;
    for (const made of [24, 0]) {
      const code = await processOf(bytes, true);
      code.accesses.addresses.fill(0);
      runAccesses(mmu, code, registers, FOREVER);
      expect(code.accesses.position).toBe(24);
      expect(code.accesses.addresses.filter((address) => address !== 0)).toHaveLength(made);
    }
  });
});
