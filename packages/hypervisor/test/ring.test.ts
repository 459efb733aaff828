// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, Register } from '@lguest-sim/abi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outcome } from '../src/index.js';
import { DATA, Rig } from './rig.js';

/** A guest that is ready, with nothing heard so far. */
function ready(options: { data?: number } = {}): Rig {
  const rig = new Rig(options).ready();
  rig.heard.length = 0;
  rig.outcomes.length = 0;
  return rig;
}

describe('the hypercall ring', () => {
  it('is drained before the call that came, in ring order, and gives its entries back', () => {
    const rig = ready();
    rig.queue(0, Hypercall.setPte, 0x1000, 0x8000, 0x5067).queue(1, Hypercall.newPgtable, 0x2000);
    rig.queue(2, Hypercall.ts, 8).call(Hypercall.flushTlb, 1);
    expect(rig.calls).toEqual([14, 4, 8, 5]);
    expect(rig.outcomes).toEqual(['setPte', 'newPagetable', 'flushAll', 'mapSwitcher', 'enter']);
    expect([0, 1, 2].map((slot) => rig.status(slot))).toEqual([0xff, 0xff, 0xff]);
    expect(rig.core.counters.ringCalls).toBe(3);
  });

  it('goes on where the last drain ended and wraps around', () => {
    const rig = ready();
    rig.core.state.nextCall = 62;
    for (const [i, slot] of [62, 63, 0, 1].entries()) rig.queue(slot, Hypercall.ts, i);
    rig.queue(5, Hypercall.halt).call(Hypercall.flushAsync);
    expect(rig.calls).toEqual([8, 8, 8, 8, 0]);
    expect(rig.core.state.nextCall).toBe(2);
    expect(rig.core.state.ts).toBe(3);
    expect(rig.status(5)).toBe(0);
  });

  it('drains all 64 entries of a full ring once', () => {
    const rig = ready();
    for (let slot = 0; slot < 64; slot++) rig.queue(slot, Hypercall.ts, slot);
    rig.call(Hypercall.flushAsync);
    expect(rig.core.counters.ringCalls).toBe(64);
    expect(rig.core.state.nextCall).toBe(0);
    expect(rig.core.state.ts).toBe(63);
  });

  it('takes any status but 0xFF for ready', () => {
    const rig = ready().queue(0, Hypercall.ts, 1).queue(1, Hypercall.ts, 2);
    rig.setStatus(0, 0xfe);
    rig.setStatus(1, 0x01);
    rig.call(Hypercall.flushAsync);
    expect(rig.core.state.ts).toBe(2);
  });

  it('judges entries by their status as the drain began', () => {
    const rig = ready();
    for (let slot = 0; slot < 3; slot++) rig.queue(slot, Hypercall.setPgd, 0x1000, slot);
    let outcome = exitWith(rig, Hypercall.flushAsync);
    // While the shadow MMU works for the first entry, another CPU queues one more.
    rig.queue(3, Hypercall.halt);
    for (let i = 0; i < 3; i++) outcome = rig.core.answered(true);
    rig.drive(outcome);
    expect(rig.calls).toEqual([15, 15, 15, 0]);
    expect(rig.status(3)).toBe(0);
  });

  it('gives an entry back only when it is carried out', () => {
    const rig = ready().queue(0, Hypercall.setPgd, 0x1000, 1);
    const outcome = exitWith(rig, Hypercall.flushAsync);
    expect(rig.status(0)).toBe(0);
    rig.drive(outcome);
    expect(rig.status(0)).toBe(0xff);
  });

  it('stops at a NOTIFY, and after the Launcher goes on with the rest and the call itself', () => {
    const rig = ready();
    rig.queue(0, Hypercall.ts, 1).queue(1, Hypercall.notify, 0x77);
    rig.queue(2, Hypercall.setPgd, 0x1000, 5);
    const outcome = exitWith(rig, Hypercall.flushTlb);
    // The shadow MMU is asked for the third entry only when the Launcher has seen the second.
    expect(outcome).toBe(Outcome.setPgd);
    expect(rig.core.counters.notifies).toBe(1);
    rig.drive(outcome);
    expect(rig.calls).toEqual([8, 17, 15, 5]);
    expect(rig.core.counters.notifies).toBe(1);
    expect(rig.outcomes).toEqual(['setPgd', 'flushUser', 'mapSwitcher', 'enter']);
  });

  it('lets later entries run after one that killed the guest, and the call too', () => {
    const rig = ready().queue(0, 99).queue(1, Hypercall.newPgtable, 0x1000);
    rig.call(Hypercall.flushTlb, 1);
    expect(rig.guest.reason).toBe('Bad hypercall 99\n');
    expect(rig.outcomes).toEqual(['newPagetable', 'flushAll', 'free', 'closed']);
  });

  it('is not drained by faults and interrupts', () => {
    const rig = ready().queue(0, Hypercall.ts, 1);
    rig.trap(14, 6, 0x8049123, true).trap(239).run(0);
    expect(rig.status(0)).toBe(0);
    expect(rig.calls).toEqual([]);
  });

  it('kills if arguments cannot be read, and then does not look further', () => {
    // Statuses are the last bytes of page 3, the entries begin with page 4.
    const rig = ready({ data: 0x4000 - 88 });
    rig.queue(0, Hypercall.ts, 1).queue(1, Hypercall.ts, 2);
    rig.memory.holes.add(4);
    rig.call(Hypercall.flushAsync);
    expect(rig.guest.reason).toBe('Fetching async hypercalls');
    expect(rig.calls).toEqual([0]);
    expect(rig.core.state.nextCall).toBe(1);
  });

  it('kills if a status byte cannot be written', () => {
    const rig = ready().queue(0, Hypercall.ts, 1).queue(1, Hypercall.ts, 2);
    rig.memory.readOnly.add(DATA >>> 12);
    rig.call(Hypercall.flushAsync);
    expect(rig.guest.reason).toBe('Writing result for async hypercall');
    expect(rig.calls).toEqual([8, 0]);
  });

  it('drains nothing if its statuses cannot be read', () => {
    const rig = ready().queue(0, Hypercall.ts, 1);
    rig.memory.holes.add(DATA >>> 12);
    rig.call(Hypercall.ts, 5);
    expect(rig.guest.dead).toBe(false);
    expect(rig.calls).toEqual([8]);
    expect(rig.core.state.ts).toBe(5);
  });

  it('may lie at any address', () => {
    const rig = ready({ data: 0x3000 });
    const odd = 0x6001;
    rig.memory.setBytes(
      odd,
      Array.from({ length: 1392 }, (_, i) => rig.memory.byte(DATA + i)),
    );
    rig.guest.dataAddress = odd;
    rig.memory.setBytes(odd + 24, [0]);
    rig.memory.setBytes(odd + 88, [8, 0, 0, 0, 0x78, 0x56, 0x34, 0x12]);
    rig.call(Hypercall.flushAsync);
    expect(rig.core.state.ts).toBe(0x12345678);
    expect(rig.memory.byte(odd + 24)).toBe(0xff);
  });

  it('carries out what a guest queues exactly once and in order, however it is cut into drains', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 64 }), { maxLength: 12 }), (batches) => {
        const rig = ready();
        const queued: number[] = [];
        let next = 0;
        for (const size of batches) {
          for (let i = 0; i < size; i++) {
            queued.push(queued.length);
            rig.queue(next, Hypercall.setPgd, 0x1000, queued.length - 1);
            next = (next + 1) % 64;
          }
          drainRecording(rig, queued);
        }
        expect(queued.every((index) => index === -1)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

/** The guest makes a hypercall without arguments; nothing is answered. */
function exitWith(rig: Rig, number: number) {
  [number, 0, 0, 0, 0].forEach((word, i) => rig.setRegister(i, word));
  rig.setRegister(Register.trapNumber, 31);
  return rig.core.exited(0);
}

/** Drains the ring, marking each index in `queued` when its call is carried out, in order. */
function drainRecording(rig: Rig, queued: number[]): void {
  let outcome = exitWith(rig, Hypercall.flushAsync);
  while (rig.core.state.callPending) {
    const index = rig.core.state.call[2]!;
    expect(queued.findIndex((value) => value !== -1)).toBe(index);
    queued[index] = -1;
    outcome = rig.core.answered(true);
  }
  rig.drive(outcome);
}
