// SPDX-License-Identifier: GPL-2.0-or-later
import { pagingFormats } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zeroingNames } from '../src/index.js';
import { FlatGuest } from './support/guest.js';
import { anyTree, checkAgainstModel } from './support/trees.js';

describe.each(Object.values(pagingFormats))('process trees under $name paging', (format) => {
  const runs = fc.record({
    programs: fc.array(anyTree, { minLength: 1, maxLength: 2 }),
    sliceNanoseconds: fc.integer({ min: 400, max: 3000 }),
    batchCapacity: fc.integer({ min: 4, max: 40 }),
    zeroing: fc.constantFrom(...zeroingNames),
  });

  it('read what each process last stored, whatever it and its family do', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const guest = new FlatGuest({ format, ...run });
        guest.run();
        expect(guest.cpu.message).toBe('Power down');
        checkAgainstModel(guest);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('give every frame back in the end, but for the tables of the vmalloc area', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const guest = new FlatGuest({ format, ...run });
        const before = guest.kernel.freeFrames;
        guest.run();
        expect(before - guest.kernel.freeFrames).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  it('do the same if every instruction is tried twice', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const plain = new FlatGuest({ format, ...run });
        plain.run();
        const retried = new FlatGuest({ format, ...run });
        retried.run(() => {
          retried.cpu.retry();
          return false;
        });
        expect(retried.kernel.snapshot()).toEqual(plain.kernel.snapshot());
        expect(retried.cpu.hypercalls).toEqual(plain.cpu.hypercalls);
      }),
      { numRuns: 10 },
    );
  }, 120_000);

  it('do the same if the kernel is put back from a snapshot anywhere', () => {
    fc.assert(
      fc.property(runs, fc.array(fc.nat(3000), { maxLength: 6 }), (run, gaps) => {
        const plain = new FlatGuest({ format, ...run });
        plain.run();
        const replaced = new FlatGuest({ format, ...run });
        for (const gap of gaps) {
          for (let step = 0; step < gap && replaced.step() !== 'off'; step++);
          replaced.replaceKernel();
        }
        replaced.run();
        expect(replaced.kernel.snapshot()).toEqual(plain.kernel.snapshot());
        expect(replaced.cpu.hypercalls).toEqual(plain.cpu.hypercalls);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
