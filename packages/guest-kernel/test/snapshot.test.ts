// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestKernel } from '../src/index.js';
import { FlatGuest } from './support/guest.js';
import { systemCall, type Program } from './support/program.js';
import { anyProgram, small, sweep } from './support/programs.js';

const programs: readonly Program[] = [
  { accesses: small.accesses, events: [systemCall(2, 20, 'getpid')] },
  sweep(6, 4),
];

/** Everything that a run leaves behind. */
function remains(guest: FlatGuest): unknown {
  return {
    results: guest.kernel.results(),
    snapshot: guest.kernel.snapshot(),
    hypercalls: guest.cpu.hypercalls,
    memory: createHash('sha256').update(guest.cpu.memory.words).digest('hex'),
    registers: guest.cpu.registers,
    now: guest.cpu.now,
  };
}

describe.each(Object.values(pagingFormats))('a guest kernel under $name paging', (format) => {
  const setup = { format, programs, memoryPages: 420, sliceNanoseconds: 250, batchCapacity: 8 };

  it('comes to the same end if it is put back from a snapshot at and within every step', () => {
    const plain = new FlatGuest(setup);
    plain.run();
    const replaced = new FlatGuest(setup);
    let place: string | undefined;
    let count = 0;
    replaced.run(() => {
      // Where a long row of equal instructions runs, some of them will do.
      if (place !== replaced.kernel.place || count++ % 17 === 0) replaced.replaceKernel();
      place = replaced.kernel.place;
      return false;
    });
    expect(plain.kernel.timerInterrupts).toBeGreaterThan(2);
    expect(remains(replaced)).toEqual(remains(plain));
  }, 60_000);

  it('comes to the same end if every instruction is tried twice', () => {
    const plain = new FlatGuest(setup);
    plain.run();
    const retried = new FlatGuest(setup);
    retried.run(() => {
      retried.cpu.retry();
      return false;
    });
    expect(remains(retried)).toEqual(remains(plain));
  });

  it('goes back to where it was, from anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(anyProgram, { minLength: 1, maxLength: 3 }),
        fc.nat(4000),
        fc.nat(4000),
        (list, first, more) => {
          const guest = new FlatGuest({ ...setup, programs: list, memoryPages: 1024 });
          for (let step = 0; step < first; step++) guest.step();
          const snapshot = structuredClone(guest.kernel.snapshot());
          const copy = structuredClone(snapshot);
          for (let step = 0; step < more; step++) guest.step();
          guest.kernel.restore(snapshot);
          expect(guest.kernel.snapshot()).toEqual(copy);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a snapshot', () => {
  it('fits only the guest that it is of', () => {
    const make = (format: typeof pae, memoryPages: number, count: number) =>
      new GuestKernel({
        format,
        memoryPages,
        processes: Array.from({ length: count }, () => ({ name: 'x' })),
      });
    const snapshot = make(twoLevel, 1024, 2).snapshot();
    expect(() => make(twoLevel, 1024, 3).restore(snapshot)).toThrow(
      'snapshot of a guest with two-level paging, 1024 pages and 2 processes: ' +
        'expected two-level paging, 1024 pages and 3 processes',
    );
    expect(() => make(twoLevel, 1025, 2).restore(snapshot)).toThrow(RangeError);
    expect(() => make(pae, 1024, 2).restore(snapshot)).toThrow(RangeError);
  });
});
