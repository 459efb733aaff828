// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, describe, it } from 'vitest';
import fc from 'fast-check';
import { differences, sameResult, type StepResult } from '../src/index.js';

const slot = { allocated: true, gpgdir: '0x1000', switcherMapped: true, lastHostCpu: -1 };

const result: StepResult = {
  ret: true,
  delta: {
    slots: [[1, slot]],
    vcpus: [[0, { pgd: 1, linear: false }]],
    pgd: [[1, 0, '0x67']],
    pte: [
      [1, '0x10000', 'zero', '0x25'],
      [1, '0x11000', 'g20', '0x67'],
    ],
    refs: [
      ['g20', 1],
      ['zero', 1],
    ],
    hostPages: 4,
  },
};

describe('comparing results', () => {
  it('finds equal what is equal', () => {
    expect(sameResult(result, structuredClone(result))).toBe(true);
    expect(differences(result, structuredClone(result))).toEqual([]);
  });

  it('compares lists as sets', () => {
    const { delta } = result;
    const other = {
      ...result,
      delta: { ...delta, pte: delta!.pte!.toReversed(), refs: delta!.refs!.toReversed() },
    };
    expect(sameResult(result, other)).toBe(true);
    expect(differences(result, other)).toEqual([]);
  });

  it('does not mind the order of a slot’s fields', () => {
    const { lastHostCpu, ...rest } = slot;
    const turned: StepResult = { delta: { slots: [[1, { lastHostCpu, ...rest }]] } };
    expect(sameResult({ delta: { slots: [[1, slot]] } }, turned)).toBe(true);
  });

  it('takes no delta, an empty one and empty lists for the same', () => {
    expect(sameResult({}, { delta: {} })).toBe(true);
    expect(sameResult({ delta: { pte: [] } }, {})).toBe(true);
    expect(differences({ delta: { pte: [], refs: [] } }, {})).toEqual([]);
  });

  it('says what only one side has', () => {
    const other = { ...result, delta: { ...result.delta, refs: [['g20', 2] as const] } };
    expect(differences(result, other)).toEqual([
      { about: 'refs g20', expected: '1', actual: '2' },
      { about: 'refs zero', expected: '1' },
    ]);
  });

  it('names every kind of difference', () => {
    const other: StepResult = {
      ret: false,
      killed: 'bad page table entry',
      delta: { slots: [[1, { allocated: false }]], kernelAddress: '0xc0000000' },
      leaks: [['zero', -1]],
    };
    const about = differences({ ret: true, delta: { slots: [[1, slot]] } }, other);
    expect(about).toEqual([
      { about: 'ret', expected: 'true', actual: 'false' },
      { about: 'killed', expected: undefined, actual: 'bad page table entry' },
      {
        about: 'slots 1',
        expected: 'allocated=true gpgdir=0x1000 lastHostCpu=-1 switcherMapped=true',
        actual: 'allocated=false',
      },
      { about: 'kernelAddress', expected: undefined, actual: '0xc0000000' },
      { about: 'leaks zero', actual: '-1' },
    ]);
  });

  it('finds a difference if and only if the results are not the same', () => {
    const flags = fc.constantFrom('0x0', '0x25', '0x67');
    const entry = fc.tuple(fc.nat(3), fc.nat(2), flags);
    const pgd = fc.uniqueArray(entry, { selector: ([i, j]) => `${i} ${j}`, maxLength: 4 });
    const anyResult = fc.record({ ret: fc.boolean(), delta: fc.record({ pgd }) });
    fc.assert(
      fc.property(anyResult, anyResult, (a, b) => {
        expect(differences(a, b).length === 0).toBe(sameResult(a, b));
      }),
    );
  });
});
