// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evictionPolicies, type EvictionView } from '../src/index.js';
import { TestMachine } from './support/test-machine.js';

const view = (empty: readonly number[], current = 0): EvictionView => ({
  slots: 4,
  current,
  isEmpty: (slot) => empty.includes(slot),
  table: (slot) => (empty.includes(slot) ? 0 : 0x1000 * (slot + 1)),
});

const make = (name: keyof typeof evictionPolicies, random = () => 6) =>
  evictionPolicies[name]({ slots: 4, random });

describe('eviction policies', () => {
  it('lru lets go the slot that has been without use for longest', () => {
    const lru = make('lru');
    for (const slot of [0, 1, 2, 3]) lru.taken?.(slot);
    lru.used?.(0);
    expect(lru.choose(view([], 3))).toBe(1);
    lru.taken?.(1);
    expect(lru.choose(view([], 1))).toBe(2);
  });

  it('fifo lets go the slot that was taken first, whatever was used since', () => {
    const fifo = make('fifo');
    for (const slot of [2, 1, 3, 0]) fifo.taken?.(slot);
    fifo.used?.(2);
    expect(fifo.choose(view([], 0))).toBe(2);
  });

  it('all but the original’s take empty slots first', () => {
    expect(make('random').choose(view([3]))).toBe(2);
    for (const name of ['empty-first', 'lru', 'fifo'] as const) {
      expect(make(name).choose(view([3]))).toBe(3);
    }
    expect(make('empty-first').choose(view([]))).toBe(2);
  });

  it.each(['lru', 'fifo'] as const)('%s goes on from its state as it would have', (name) => {
    const step = fc.record({ slot: fc.nat(3), take: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), fc.array(step), (before, after) => {
        const policy = make(name);
        const play = (steps: typeof before, target = policy) => {
          for (const { slot, take } of steps) {
            if (take) target.taken?.(slot);
            else target.used?.(slot);
          }
        };
        play(before);
        const copy = make(name);
        copy.restore?.(structuredClone(policy.snapshot?.()));
        play(after);
        play(after, copy);
        expect(copy.choose(view([]))).toBe(policy.choose(view([])));
      }),
    );
  });
});

describe('a shadow MMU', () => {
  it('asks its policy for a slot, and tells it which were taken and used', () => {
    const told: string[] = [];
    const machine = new TestMachine({
      eviction: {
        choose: ({ current, slots, isEmpty, table }) => {
          const states = Array.from({ length: slots }, (_, slot) =>
            isEmpty(slot) ? '-' : table(slot).toString(16),
          );
          told.push(`choose ${current} of ${states.join(' ')}`);
          return (current + 1) % slots;
        },
        taken: (slot) => told.push(`taken ${slot}`),
        used: (slot) => told.push(`used ${slot}`),
        snapshot: () => told.length,
        restore: (state) => told.push(`restored ${String(state)}`),
      },
    });
    machine.init();
    const first = machine.makeTable();
    const second = machine.makeTable();
    for (const table of [first, second, first]) machine.mmu.newPagetable(0, table);
    expect(told).toEqual([
      'choose 0 of - - - -',
      'taken 1',
      'choose 1 of - 0 - -',
      'taken 2',
      `choose 2 of - 0 ${first.toString(16)} -`,
      'taken 3',
      'used 2',
    ]);
    machine.mmu.restore(machine.mmu.snapshot());
    expect(told.at(-1)).toBe('restored 7');
  });
});
