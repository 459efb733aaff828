// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileOperations } from '../src/generate/index.js';
import { BadOperation, checkHostileOptions, describeOperation } from '../src/index.js';

const pagings = ['two-level', 'pae'] as const;

function problem(options: unknown): string {
  try {
    checkHostileOptions(options);
  } catch (error) {
    expect(error).toBeInstanceOf(BadOperation);
    const { place, expected } = error as BadOperation;
    return `${place}: ${expected}`;
  }
  return 'none';
}

describe('operations of a hostile guest', () => {
  it.each(pagings)('are as they have to be when they are generated for %s paging', (paging) => {
    const generated = hostileOperations({ paging, operations: 40 });
    fc.assert(
      fc.property(generated, (operations) => {
        expect(problem({ operations })).toBe('none');
        // They pass through a file unchanged.
        expect(JSON.parse(JSON.stringify(operations))).toEqual(operations);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('are many when the limit is high, and of every kind', () => {
    const lists = fc.sample(hostileOperations({ paging: 'pae', operations: 100 }), {
      seed: 3,
      numRuns: 200,
      unbiased: true,
    });
    expect(Math.max(...lists.map(({ length }) => length))).toBeGreaterThan(80);
    const kinds = new Set(lists.flat().map((operation) => operation.do));
    expect([...kinds].sort()).toEqual([
      'boot',
      'call',
      'copy',
      'entry',
      'fill',
      'interrupt',
      'queue',
      'raise',
      'return',
      'stack',
      'touch',
      'write',
    ]);
  });

  it('each have one line for people', () => {
    const generated = hostileOperations({ paging: 'two-level', operations: 40 });
    const lines = fc.sample(generated, { seed: 5, numRuns: 100 }).flat().map(describeOperation);
    for (const line of lines) expect(line).toMatch(/^[^\n]{3,}$/);
    const call = { do: 'call', number: 14, args: [0x4000, 0x1000, 0x5067, 0] } as const;
    expect(describeOperation(call)).toBe('call SET_PTE 0x4000 0x1000 0x5067 0x0');
  });

  it.each([
    [null, 'options: a mapping'],
    [{}, 'options.operations: a list'],
    [{ operations: {} }, 'options.operations: a list'],
    [{ operations: [7] }, 'options.operations[0]: a mapping'],
    [{ operations: [{ do: 'run' }] }, /^options\.operations\[0\]\.do: one of boot, call, /],
    [{ operations: [{ do: 'toString' }] }, /^options\.operations\[0\]\.do: one of /],
    [{ operations: [{ do: 'boot', top: 5 }] }, 'options.operations[0].top: one of 16384, 0'],
    [
      { operations: [{ do: 'interrupt', vector: 256 }] },
      'options.operations[0].vector: a whole number from 0 to 255',
    ],
    [
      { operations: [{ do: 'call', number: -1, args: [] }] },
      'options.operations[0].number: a whole number from 0 to 4294967295',
    ],
    [
      { operations: [{ do: 'call', number: 1, args: [0, 0, 0, 0, 0] }] },
      'options.operations[0].args: at most 4',
    ],
    [
      { operations: [{ do: 'touch', kind: 'jump', address: 0 }] },
      'options.operations[0].kind: one of fetch, load, store',
    ],
    [
      { operations: [{ do: 'raise', vector: 8, errorCode: 0 }] },
      /^options\.operations\[0\]\.vector: one of 0, 1, 3/,
    ],
  ])('that cannot be are refused: %j', (options, expected) => {
    expect(problem(options)).toMatch(expected);
  });

  it('are refused, or taken, whatever a file holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        problem(value);
        problem({ operations: [value] });
        problem({ operations: [{ do: 'return', accesses: value }] });
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
