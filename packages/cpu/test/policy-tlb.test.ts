// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolicyTlb, Right, Tlb, tlbPolicies } from '../src/index.js';
import type { TlbPolicy, TlbPolicyName, TlbShape } from '../src/index.js';
import { PlainPolicyTlb } from './support/plain-policy-tlb.js';

const shapes: TlbShape[] = [
  { entries: 16, ways: 4 },
  { entries: 8, ways: 8 },
  { entries: 4, ways: 1 },
];
const names = Object.keys(tlbPolicies) as TlbPolicyName[];
const cases = shapes.flatMap((shape) => names.map((name) => ({ ...shape, name })));

const rightsArbitrary = fc
  .subarray([Right.writable, Right.user, Right.dirty])
  .map((bits) => bits.reduce((all, bit) => all | bit, Right.present as number));

const commands = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 20, arbitrary: fc.constant('access' as const) },
      { weight: 2, arbitrary: fc.constant('drop' as const) },
      { weight: 1, arbitrary: fc.constant('flush' as const) },
    ),
    page: fc.nat(23),
    rights: rightsArbitrary,
  }),
  { maxLength: 200 },
);

/** The same numbers each time. */
function numbers(): () => number {
  let x = 7;
  return () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0);
}

function policyOf(name: TlbPolicyName, { entries, ways }: TlbShape): TlbPolicy {
  return tlbPolicies[name]({ sets: entries / ways, ways, random: numbers() });
}

type Command = ReturnType<typeof fc.sample<{ what: string; page: number; rights: number }>>[number];

/** What a TLB does with a command: whether an access hit, and which frame it got. */
function play(tlb: Tlb, { what, page, rights }: Command): number | undefined {
  const address = (page << 12) | 0x123;
  if (what === 'drop') tlb.drop(address);
  else if (what === 'flush') tlb.flush();
  else if (!tlb.lookUp(address, rights)) tlb.fill(address, rights, (page * 7) << 12);
  else return tlb.frames[tlb.slotOf(address)]!;
  return undefined;
}

describe('a TLB with a policy', () => {
  it.each(cases)(
    'keeps what a plain model with $name keeps, in $entries entries of $ways ways',
    ({ name, ...shape }) => {
      fc.assert(
        fc.property(commands, (all) => {
          const tlb = new PolicyTlb(shape, policyOf(name, shape));
          const plain = new PlainPolicyTlb(shape, policyOf(name, shape));
          for (const command of all) {
            const frame = play(tlb, command);
            expect(frame === undefined ? undefined : frame >>> 12).toBe(plain.play(command));
          }
        }),
      );
    },
  );

  it.each(shapes)('that is LRU is a Tlb, in $entries entries of $ways ways', (shape) => {
    fc.assert(
      fc.property(commands, (all) => {
        const [usual, other] = [new Tlb(shape), new PolicyTlb(shape, policyOf('lru', shape))];
        for (const command of all) expect(play(other, command)).toBe(play(usual, command));
      }),
    );
    expect(new Tlb(shape).isLru).toBe(true);
    expect(new PolicyTlb(shape, policyOf('lru', shape)).isLru).toBe(false);
  });

  it.each(cases)(
    'with $name goes on from a snapshot as it would have, in $entries x $ways',
    (each) => {
      fc.assert(
        fc.property(commands, commands, (before, after) => {
          // Chance has its state elsewhere.
          const random = numbers();
          const setting = { sets: each.entries / each.ways, ways: each.ways };
          const tlb = new PolicyTlb(each, tlbPolicies[each.name]({ ...setting, random }));
          for (const command of before) play(tlb, command);
          const state = structuredClone(tlb.snapshot());
          const same = numbers();
          const expected = after.map((command) => play(tlb, command));
          const copy = new PolicyTlb(each, tlbPolicies[each.name]({ ...setting, random: same }));
          copy.restore(state);
          const other = after.map((command) => play(copy, command));
          if (each.name !== 'random') expect(other).toEqual(expected);
        }),
      );
    },
  );

  it('tells its policy of hits, unless they are in the way that was used last', () => {
    const told: string[] = [];
    const tell = (what: string) => (set: number, way: number) =>
      void told.push(`${what} ${set}.${way}`);
    const tlb = new PolicyTlb(
      { entries: 4, ways: 2 },
      {
        victim: (set) => (told.push(`victim ${set}`), 0),
        filled: tell('filled'),
        hit: tell('hit'),
        dropped: tell('dropped'),
        flushed: () => void told.push('flushed'),
      },
    );
    const access = (page: number) => play(tlb, { what: 'access', page, rights: Right.present });
    for (const page of [0, 0, 2, 2, 0, 0, 2, 4, 1]) access(page);
    tlb.drop(0x2000);
    tlb.flush();
    tlb.flush();
    access(2);
    expect(told).toEqual([
      ...['filled 0.0', 'filled 0.1', 'hit 0.0', 'hit 0.1', 'victim 0', 'filled 0.0', 'filled 1.0'],
      ...['dropped 0.1', 'flushed', 'filled 0.0'],
    ]);
  });

  it('refuses the snapshot of one without', () => {
    const tlb = new PolicyTlb({ entries: 64, ways: 4 }, policyOf('fifo', { entries: 64, ways: 4 }));
    expect(() => tlb.restore(new Tlb().snapshot())).toThrow('expected one of a TLB with a policy');
  });
});

describe('TLB policies', () => {
  /** Of one set of four ways, all of them filled in order, then used. */
  const victimAfter = (name: TlbPolicyName, ...uses: readonly number[]): number => {
    const policy = policyOf(name, { entries: 4, ways: 4 });
    for (const way of [0, 1, 2, 3]) policy.filled?.(0, way);
    for (const way of uses) policy.hit?.(0, way);
    return policy.victim(0);
  };

  it('let go what was filled first, used last, or what the tree points to', () => {
    expect(victimAfter('fifo', 0, 1)).toBe(0);
    expect(victimAfter('lru', 0, 1)).toBe(2);
    // The root points away from 1, to the pair of 2 and 3; of these, 3 was used after 2.
    expect(victimAfter('tree-plru', 0, 1)).toBe(2);
    // Not the least recently used: a use of 3 turns the root away from the pair that 2 is in.
    expect(victimAfter('tree-plru', 0, 1, 3)).toBe(0);
    expect(victimAfter('lru', 0, 1, 3)).toBe(2);
  });
});
