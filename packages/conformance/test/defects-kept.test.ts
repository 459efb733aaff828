// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import * as on from './support/operations.js';
import { runBoth, type Run } from './support/run.js';
import type { Operation, TraceHeader } from '../src/index.js';

const { twoLevelMachine, paeMachine } = on;

// Oddities of the original that both modes have; docs/defects.md says why they are kept.

/** Runs a sequence in both modes, sees that they do the same, and returns what that was. */
function sameInBoth(header: TraceHeader, steps: readonly Operation[]): Run {
  const { original, mended } = runBoth({ header, steps });
  expect(mended.results).toEqual(original.results);
  return original;
}

const kernelAt = (address: number): Operation[] => [on.store(0x568, address), on.dataInit(0x0)];

describe('kept in both modes', () => {
  it('R12: a new table at an old address finds the old shadow', () => {
    const { last, machine } = sameInBoth(twoLevelMachine, [
      on.init(0),
      on.store(0x1000, 0x2067),
      on.store(0x2000, 0x14067),
      on.newPagetable(0x1000, 1),
      on.fault(0x0, 4),
      on.store(0x1000, 0x3067),
      on.newPagetable(0x1000, 1),
    ]);
    expect(last.delta).toBeUndefined();
    expect(machine.miscounted()).toEqual([]);
  });

  it.each([
    [1, 'out of memory allocating pte page'],
    [2, 'out of memory allocating pmd page'],
  ])('R15: with %i pages PAE’s message names the level above: %s', (hostPageLimit, message) => {
    const { killed } = runBoth({
      header: { ...paeMachine, hostPageLimit },
      steps: [on.init(0)],
    }).mended;
    expect(killed).toBe(message);
  });

  it('R16: the text leaf has G, the others have not', () => {
    const { results } = sameInBoth(twoLevelMachine, [on.init(0), on.enter(0)]);
    expect(results.map((result) => result.delta?.pte?.map((entry) => entry[3]))).toEqual([
      ['0x161'],
      ['0x63', '0x61'],
    ]);
  });

  it('R22: user mappings in the kernel’s top entry survive a flush', () => {
    const { last } = sameInBoth(twoLevelMachine, [
      on.init(0),
      ...kernelAt(0xc0200000),
      on.store(0x1000 + 768 * 4, 0x2067),
      on.store(0x2000, 0x14067),
      on.newPagetable(0x1000, 1),
      on.fault(0xc0000000, 4),
      on.flushUser(),
    ]);
    expect(last.delta).toBeUndefined();
  });

  it('a read of a leaf with D gets the page for writing, and kills if that cannot be', () => {
    const { killed } = sameInBoth(twoLevelMachine, [
      on.init(0),
      on.launcher(20, 'readonly'),
      on.store(0x1000, 0x2067),
      on.store(0x2000, 0x14065),
      on.newPagetable(0x1000, 1),
      on.fault(0x0, 4),
    ]);
    expect(killed).toBe('failed to get page 20');
  });

  it('NX never reaches a shadow leaf of guest memory', () => {
    const { last } = sameInBoth(paeMachine, [
      on.init(0),
      on.store(0x1000, 0x2001),
      on.store(0x2000, 0x3067),
      on.store(0x3000, 0x14067),
      on.store(0x3004, 0x80000000),
      on.newPagetable(0x1000, 1),
      on.fault(0x0, 4),
    ]);
    expect(last.delta?.pte).toEqual([[1, '0x0', 'g20', '0x67']]);
  });

  it('PWT, PCD and bits 9 to 11 of a guest’s leaf pass unchecked', () => {
    const { last } = sameInBoth(twoLevelMachine, [
      on.init(0),
      on.store(0x1000, 0x2067),
      on.store(0x2000, 0x14e7f),
      on.newPagetable(0x1000, 1),
      on.fault(0x0, 4),
    ]);
    expect(last.delta?.pte).toEqual([[1, '0x0', 'g20', '0xe7f']]);
  });

  it('SET_PGD of a kernel entry changes the slot of the given table only', () => {
    const { last } = sameInBoth(twoLevelMachine, [
      on.init(0),
      ...kernelAt(0xc0000000),
      on.store(0x1000 + 768 * 4, 0x3067),
      on.store(0x2000 + 768 * 4, 0x3067),
      on.store(0x3000, 0x14067),
      on.newPagetable(0x1000, 1),
      on.fault(0xc0000000, 2),
      on.newPagetable(0x2000, 2),
      on.fault(0xc0000000, 2),
      on.setPgd(0x2000, 768),
    ]);
    expect(last.delta?.pgd).toEqual([[2, 768, '0x0']]);
  });
});
