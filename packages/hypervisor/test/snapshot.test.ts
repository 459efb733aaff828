// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rig } from './rig.js';

type Step = (rig: Rig) => void;

const steps: readonly Step[] = [
  (rig) => rig.trap(14, 6, 0x8049123, true),
  (rig) => rig.trap(239).run(1),
  (rig) => rig.call(Hypercall.setClockevent, 500),
  (rig) => rig.gate(32, 0xc0001000),
  (rig) => rig.core.raise(0),
  (rig) => rig.core.raise(5),
  (rig) => rig.call(Hypercall.loadGdtEntry, 20, 0xffff, 0x00cff200),
  (rig) => rig.queue(rig.core.state.nextCall, Hypercall.ts, 8),
  (rig) => rig.call(Hypercall.newPgtable, 0x4000),
];

function play(rig: Rig, script: readonly number[]): void {
  for (const step of script) steps[step]!(rig);
}

/** A rig in the same state, put together from snapshots only. */
function copyOf(rig: Rig): Rig {
  const copy = new Rig();
  copy.core.restore(structuredClone(rig.core.snapshot()));
  copy.host.restore(rig.host.snapshot());
  copy.memory.words.set(rig.memory.words);
  copy.lastCpu.set(rig.lastCpu);
  return copy;
}

/** Compares all state; memory byte by byte, without a report of a million numbers. */
function expectSame(copy: Rig, rig: Rig): void {
  expect(copy.core.snapshot()).toEqual(rig.core.snapshot());
  expect(copy.lastCpu).toEqual(rig.lastCpu);
  expect(Buffer.from(copy.host.buffer).equals(Buffer.from(rig.host.buffer))).toBe(true);
  const [ours, theirs] = [copy.memory.words.buffer, rig.memory.words.buffer];
  expect(Buffer.from(ours).equals(Buffer.from(theirs))).toBe(true);
}

describe('a vCPU’s snapshot', () => {
  const script = fc.array(fc.integer({ min: 0, max: steps.length - 1 }), { maxLength: 12 });

  it('goes on as the original would have, from any point', () => {
    fc.assert(
      fc.property(script, script, (before, after) => {
        const rig = new Rig().ready();
        play(rig, before);
        const copy = copyOf(rig);
        play(rig, after);
        play(copy, after);
        expectSame(copy, rig);
      }),
      { numRuns: 60 },
    );
  });

  it('holds in the middle of a ring drain too', () => {
    const rig = new Rig().ready();
    rig.queue(0, Hypercall.setPgd, 0x1000, 1).queue(1, Hypercall.ts, 8);
    rig.setRegister(0, Hypercall.flushAsync);
    rig.setRegister(11, 31);
    rig.core.exited(0);
    const copy = copyOf(rig);
    rig.drive(rig.core.answered(true));
    copy.drive(copy.core.answered(true));
    expectSame(copy, rig);
    expect(copy.core.state.ts).toBe(8);
  });

  it('remembers why a guest is dead', () => {
    const rig = new Rig().ready().call(99);
    const copy = new Rig();
    copy.core.restore(structuredClone(rig.core.snapshot()));
    expect(copy.guest.reason).toBe('Bad hypercall 99\n');
    expect(copy.guest.dead).toBe(true);
  });

  it('is a copy, not a view', () => {
    const rig = new Rig().ready();
    const { idt } = rig.core.snapshot().state;
    rig.gate(0, 0xc0001000);
    expect(idt[0]).toBe(0);
  });
});
