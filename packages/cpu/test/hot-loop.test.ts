// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';
import { defaultCosts } from '@lguest-sim/bus';
import { AccessKind } from '@lguest-sim/trace';
import { Flag, pagingFormats } from '@lguest-sim/x86';
import type { PagingFormat } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAccesses } from '../src/core/hot-loop.js';
import { Need, brokenLaws } from '../src/index.js';
import { ProcessModel } from './support/process-model.js';
import { ScriptedCode, batchOf } from './support/scripted-code.js';
import type { TestAccess } from './support/scripted-code.js';
import { KERNEL_RW, TestMachine, USER_RO, USER_RW } from './support/test-machine.js';

const { fetch, load, store } = AccessKind;
const FOREVER = 1e15;
const START = 0x08048000;

/** Some pages share a set of the TLBs tested, one has the top bit set, two are neighbours. */
const pages = [0x08048, 0x08049, 0x0804c, 0x09000, 0x09004, 0xbfffe];

/** The pages that accesses can reach: those that cross the end of one get into the next. */
const reached = [...new Set(pages.flatMap((page) => [page, page + 1]))];

const accessArbitrary: fc.Arbitrary<TestAccess[]> = fc
  .record({
    page: fc.constantFrom(...pages),
    offset: fc.nat(0xfff),
    kind: fc.constantFrom(fetch, fetch, load, store),
    size: fc.constantFrom(1, 2, 4, 4, 4, 8, 16),
    aligned: fc.boolean(),
  })
  .map(({ page, offset, kind, size, aligned }) => {
    const address = page * 4096 + (aligned ? offset & ~15 : offset);
    const inPage = Math.min(size, 4096 - (address % 4096));
    if (inPage === size) return [{ address, kind, size }];
    const rest = { address: address + inPage, kind, size: size - inPage, continuation: true };
    return [{ address, kind, size: inPage }, rest];
  });

/** A time slice, and what the kernel reads before it. */
interface Step {
  readonly cycles: number;
  readonly kernelLoad: number | null;
}

const stepsArbitrary: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    cycles: fc.oneof(fc.nat(40), fc.nat(2000)),
    kernelLoad: fc.option(fc.constantFrom(...pages), { freq: 4 }),
  }),
  { maxLength: 30 },
);

const scenario = {
  accesses: fc.array(accessArbitrary, { maxLength: 120 }).map((parts) => parts.flat()),
  flags: fc.tuple(
    ...reached.map(() =>
      fc.constantFrom(0, KERNEL_RW, USER_RO, USER_RW, USER_RW | Flag.dirty | Flag.accessed),
    ),
  ),
  steps: stepsArbitrary,
  shape: fc.constantFrom(
    { entries: 4, ways: 2 },
    { entries: 2, ways: 1 },
    { entries: 64, ways: 4 },
  ),
};

function machineWith(
  format: PagingFormat,
  flags: readonly number[],
  shape = { entries: 64, ways: 4 },
) {
  const machine = new TestMachine({ format, frames: 64, tlb: shape });
  for (const [at, page] of reached.entries()) machine.map(page * 4096, flags[at]);
  machine.load();
  return machine;
}

/** Gives a process a page, as the host does after a fault, in the machine and in the model. */
function mapForUser(machine: TestMachine, model: ProcessModel, vaddr: number): void {
  machine.map(vaddr, USER_RW, machine.leaf(vaddr) >>> 12);
  const at = machine.entry(vaddr, machine.format.levels.length - 1) * 4;
  model.bytes.set(machine.host.bytes.subarray(at, at + machine.format.entryBytes), at);
}

function stateOf(machine: TestMachine, code: ScriptedCode): unknown {
  const { checksum, storeToken, filled, accesses } = code;
  const { counters } = machine.core;
  const eip = machine.register(Register.eip);
  return [machine.now, accesses.position, checksum, storeToken, eip, counters, filled];
}

function stateOfModel(model: ProcessModel): unknown {
  const { now, position, checksum, token, eip, counters, filled } = model;
  return [now, position, checksum, token, eip, counters, filled];
}

describe.each(Object.values(pagingFormats))('the hot loop, $name', (format) => {
  it('does what a slow model does, access by access', () => {
    fc.assert(
      fc.property(fc.record(scenario), ({ accesses, flags, steps, shape }) => {
        const machine = machineWith(format, flags, shape);
        const { mmu, registers } = machine.core;
        registers[Register.eip] = START;
        const model = new ProcessModel(machine, shape, START);
        const code = new ScriptedCode(accesses);
        const last = Array(reached.length + 1).fill({
          cycles: FOREVER,
          kernelLoad: null,
        }) as Step[];
        for (const { cycles, kernelLoad } of [...steps, ...last]) {
          if (kernelLoad !== null) {
            const loaded = mmu.access(kernelLoad * 4096, Need.load) !== -1;
            expect(loaded).toBe(model.kernelLoad(kernelLoad * 4096));
          }
          const until = machine.now + cycles;
          const completed = runAccesses(mmu, code, registers, until);
          expect(completed).toBe(model.run(accesses, until));
          if (!completed) {
            expect([mmu.cr2 >>> 0, mmu.errorCode]).toEqual([model.cr2, model.errorCode]);
            mapForUser(machine, model, model.cr2);
          }
          expect(stateOf(machine, code)).toEqual(stateOfModel(model));
        }
        expect(code.accesses.position).toBe(accesses.length);
        expect(Buffer.compare(machine.host.bytes, model.bytes)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the laws of the counters, whatever faults in between', () => {
    fc.assert(
      fc.property(fc.record(scenario), ({ accesses, flags, steps, shape }) => {
        const machine = machineWith(format, flags, shape);
        const code = new ScriptedCode(accesses);
        for (const { cycles } of steps) {
          machine.enterUser(code);
          machine.core.run(machine.now + cycles);
          expect(brokenLaws(machine.core.counters)).toEqual([]);
        }
      }),
    );
  });
});

describe('the hot loop', () => {
  function run(accesses: readonly TestAccess[], until = FOREVER) {
    const machine = new TestMachine();
    for (const page of pages) machine.map(page * 4096);
    const code = new ScriptedCode(accesses);
    runAccesses(machine.core.mmu, code, machine.core.registers, until);
    return { machine, code };
  }

  it('stores the token and loads what was stored', () => {
    const { machine, code } = run([
      { address: 0x08048010, kind: store, size: 4 },
      { address: 0x08048014, kind: store, size: 4 },
      { address: 0x08048015, kind: store, size: 1 },
      { address: 0x08048014, kind: load, size: 4 },
    ]);
    const frame = machine.leaf(0x08048000) & ~0xfff;
    expect([...machine.host.bytes.subarray(frame + 16, frame + 24)]).toEqual([
      1, 0, 0, 0, 2, 3, 0, 0,
    ]);
    expect(code.storeToken).toBe(3);
    expect(code.checksum).toBe(0x0302);
  });

  it('mixes bytes in turn when a load is not an aligned word', () => {
    const { code } = run([
      { address: 0x08048010, kind: store, size: 4 },
      { address: 0x0804800f, kind: load, size: 4 },
    ]);
    expect(code.checksum).toBe(31 * 31);
  });

  it('writes the token again and again in a store of more than four bytes', () => {
    const { machine } = run([{ address: 0x08048018, kind: store, size: 8 }]);
    const frame = machine.leaf(0x08048000) & ~0xfff;
    expect([...machine.host.bytes.subarray(frame + 24, frame + 32)]).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0,
    ]);
  });

  it('counts a fetch that crosses a page as two accesses and one instruction', () => {
    const { machine } = run([
      { address: 0x08048ffe, kind: fetch, size: 2 },
      { address: 0x08049000, kind: fetch, size: 3, continuation: true },
      { address: 0x08049003, kind: fetch, size: 3 },
    ]);
    expect(machine.core.counters).toMatchObject({ accesses: 3, fetches: 3, instructions: 2 });
    expect(machine.register(Register.eip)).toBe(0x08049003);
  });

  it('stops before the access that would start at the deadline', () => {
    const accesses = Array.from({ length: 50 }, (_, i) => ({
      address: START + i,
      kind: fetch,
      size: 1,
    }));
    const walk = 2 * defaultCosts.walkLevel;
    for (const [until, completed] of [
      [0, 0],
      [1, 1],
      [walk, 1],
      [walk + 1, 1],
      [walk + 2, 2],
      [walk + 50, 50],
      [walk + 51, 50],
    ]) {
      const { machine, code } = run(accesses, until);
      expect(code.accesses.position).toBe(completed);
      expect(machine.now).toBe(completed === 0 ? 0 : walk + completed!);
    }
  });

  it('stops at the next event of the batch', () => {
    const machine = new TestMachine();
    machine.map(START);
    const code = new ScriptedCode();
    code.accesses = batchOf(
      Array.from({ length: 9 }, () => ({ address: START, kind: load, size: 4 })),
    );
    code.accesses.events.push({
      kind: 'system-call',
      position: 5,
      number: 1,
      name: 'exit',
      args: [],
      result: null,
      failed: false,
      line: 1,
    });
    expect(runAccesses(machine.core.mmu, code, machine.core.registers, FOREVER)).toBe(true);
    expect(code.accesses.position).toBe(5);
  });

  it('makes no access at all free of charge: with costs of 0 it still ends', () => {
    const machine = new TestMachine({ costs: { access: 0, walkLevel: 0 } });
    machine.map(START);
    const code = new ScriptedCode([{ address: START, kind: load, size: 4 }]);
    expect(runAccesses(machine.core.mmu, code, machine.core.registers, 1)).toBe(true);
    expect(machine.core.counters.accesses).toBe(1);
    expect(machine.now).toBe(0);
  });

  it('leaves eip alone when no fetch has completed', () => {
    const machine = new TestMachine();
    machine.core.registers[Register.eip] = START;
    const code = new ScriptedCode([{ address: START, kind: fetch, size: 4 }]);
    expect(runAccesses(machine.core.mmu, code, machine.core.registers, FOREVER)).toBe(false);
    expect(machine.register(Register.eip)).toBe(START);
    expect(machine.core.cr2).toBe(START);
  });
});
