// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from '@lguest-sim/trace';
import { Flag, pagingFormats } from '@lguest-sim/x86';
import type { PagingFormat } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAccesses } from '../src/core/hot-loop.js';
import { runWatchedAccesses } from '../src/core/watched-loop.js';
import type { AccessWatcher } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import type { TestAccess } from './support/scripted-code.js';
import { KERNEL_RW, TestMachine, USER_RO, USER_RW } from './support/test-machine.js';

const { fetch, load, store } = AccessKind;
const FOREVER = 1e15;

/** Some pages share a set of the TLBs tested, one has the top bit set. */
const pages = [0x08048, 0x08049, 0x0804c, 0x09000, 0xbfffe];

/** Writes down what it is told. */
class Notes implements AccessWatcher {
  readonly lines: string[] = [];

  stored(address: number, size: number, token: number): void {
    this.lines.push(`store ${address} ${size} ${token}`);
  }

  loaded(address: number, size: number, bytes: Uint8Array, physical: number): void {
    this.lines.push(`load ${address} ${size} ${bytes.slice(physical, physical + size).join()}`);
  }
}

const scenario = fc.record({
  accesses: fc.array(
    fc.record({
      address: fc
        .tuple(fc.constantFrom(...pages), fc.nat(0xff0))
        .map(([page, offset]) => page * 4096 + offset),
      kind: fc.constantFrom(fetch, load, store),
      size: fc.constantFrom(1, 2, 4, 4, 8, 16),
    }),
    { maxLength: 120 },
  ),
  flags: fc.tuple(
    ...pages.map(() => fc.constantFrom(0, KERNEL_RW, USER_RO, USER_RW, USER_RW | Flag.dirty)),
  ),
  slices: fc.array(fc.oneof(fc.nat(40), fc.nat(2000)), { maxLength: 20 }),
  tlb: fc.constantFrom({ entries: 4, ways: 2 }, { entries: 2, ways: 1 }, { entries: 64, ways: 4 }),
});

function machineWith(
  format: PagingFormat,
  tlb: { entries: number; ways: number },
  flags: number[],
) {
  const machine = new TestMachine({ format, frames: 64, tlb });
  pages.forEach((page, at) => machine.map(page * 4096, flags[at]));
  machine.load();
  return machine;
}

describe.each(Object.values(pagingFormats))('the watched loop, $name', (format) => {
  it('leaves the whole CPU, its process and memory as the hot loop leaves them', () => {
    fc.assert(
      fc.property(scenario, ({ accesses, flags, slices, tlb }) => {
        const [hot, watched] = [0, 1].map(() => machineWith(format, tlb, flags)) as [
          TestMachine,
          TestMachine,
        ];
        const [hotCode, watchedCode] = [new ScriptedCode(accesses), new ScriptedCode(accesses)];
        const notes = new Notes();
        for (const cycles of [...slices, ...pages.map(() => FOREVER), FOREVER]) {
          const until = hot.now + cycles;
          const { mmu, registers } = watched.core;
          const completed = runAccesses(hot.core.mmu, hotCode, hot.core.registers, until);
          expect(runWatchedAccesses(mmu, watchedCode, registers, until, notes)).toBe(completed);
          if (!completed) {
            const page = hot.core.cr2 & -4096;
            for (const machine of [hot, watched])
              machine.map(page >>> 0, USER_RW, machine.leaf(page >>> 0) >>> 12);
          }
          expect(stateOf(watched, watchedCode)).toEqual(stateOf(hot, hotCode));
        }
        expect(Buffer.compare(watched.host.bytes, hot.host.bytes)).toBe(0);
        const data = accesses.filter(({ kind }) => kind !== fetch);
        expect(notes.lines).toHaveLength(data.length);
      }),
      { numRuns: 150 },
    );
  });
});

function stateOf({ core, now }: TestMachine, code: ScriptedCode): unknown {
  const { checksum, storeToken, filled, accesses } = code;
  return [now, accesses.position, checksum, storeToken, filled, core.snapshot()];
}

describe('the watched loop', () => {
  const accesses: TestAccess[] = [
    { address: 0x08048010, kind: store, size: 4 },
    { address: 0x08048012, kind: load, size: 2 },
  ];

  it('tells of each store with its token, and of each load with what it finds', () => {
    const machine = machineWith(pagingFormats['two-level'], { entries: 64, ways: 4 }, []);
    const code = new ScriptedCode(accesses);
    code.storeToken = 0x01020303;
    const notes = new Notes();
    runWatchedAccesses(machine.core.mmu, code, machine.core.registers, FOREVER, notes);
    expect(notes.lines).toEqual([
      `store ${0x08048010} 4 ${0x01020304}`,
      `load ${0x08048012} 2 2,1`,
    ]);
  });

  it('is the one that runs where there is a watcher, and stops at the access it throws at', () => {
    const machine = machineWith(pagingFormats['two-level'], { entries: 64, ways: 4 }, []);
    const watcher: AccessWatcher = {
      stored: () => undefined,
      loaded: (address) => {
        throw new Error(`load at ${address}`);
      },
    };
    const code = Object.assign(new ScriptedCode(accesses), { watcher });
    machine.enterUser(code);
    expect(() => machine.core.run(FOREVER)).toThrow(`load at ${0x08048012}`);
    expect([code.accesses.position, code.storeToken, machine.core.counters.accesses]).toEqual([
      1, 1, 1,
    ]);
  });
});
