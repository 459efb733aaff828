// SPDX-License-Identifier: GPL-2.0-or-later
import { Bus, VirtualClock, type Message, type MachineTransition } from '@lguest-sim/bus';
import { twoLevel } from '@lguest-sim/x86';
import { beforeEach, describe, expect, it } from 'vitest';
import { GuestKernelActor } from '../src/index.js';
import { FlatGuest } from './support/guest.js';
import { small } from './support/programs.js';

const trap = {
  topic: 'guest-trap',
  cpu: 1,
  guest: 3,
  vector: 14,
  errorCode: 6,
  address: 0,
} as const;

describe('the actor of a guest kernel', () => {
  let bus: Bus;
  let guest: FlatGuest;
  let actor: GuestKernelActor;
  let seen: Message[];
  let transitions: MachineTransition[];

  beforeEach(() => {
    bus = new Bus(new VirtualClock(2));
    seen = [];
    transitions = [];
    bus.messages$.subscribe(({ message }) => seen.push(message));
    guest = new FlatGuest({ format: twoLevel, programs: [small, small] });
    const inspect = (transition: MachineTransition) => transitions.push(transition);
    actor = new GuestKernelActor({ bus, guest: 3, core: guest.kernel, inspect });
  });

  it('follows the guest from its boot to its end', () => {
    expect(actor.state).toBe('booting');
    guest.run(() => guest.cpu.inUser);
    bus.publish({ topic: 'guest-return', cpu: 0, guest: 3 });
    expect(actor.state).toBe('user');
    bus.publish({ ...trap, direct: false });
    expect(actor.state).toBe('kernel');
    bus.publish({ topic: 'guest-halt', cpu: 1, guest: 3 });
    expect(actor.state).toBe('halted');
    bus.publish({ ...trap, vector: 32, direct: false });
    expect(actor.state).toBe('kernel');
    bus.publish({
      topic: 'guest-dead',
      cpu: 1,
      guest: 3,
      reason: 'CRASH: Power down',
      powerOff: true,
    });
    expect(actor.state).toBe('off');
    expect(transitions.map(({ event }) => event)).toEqual([
      'BOOTED',
      'RETURN',
      'TRAP',
      'HALT',
      'TRAP',
      'DIE',
    ]);
    expect(transitions[0]!.id).toBe('guest kernel 3');
  });

  it('announces ended processes with the next message, on the CPU where that came from', () => {
    guest.run(() => guest.cpu.inUser);
    bus.publish({ topic: 'guest-return', cpu: 0, guest: 3 });
    guest.run(() => guest.kernel.running === 1 && guest.cpu.inUser);
    bus.publish({ ...trap, direct: true });
    const ended = { topic: 'process-ended', guest: 3, exit: 'end-of-trace' };
    expect(seen.at(-1)).toEqual({ ...ended, cpu: 1, process: 0 });
    guest.run();
    bus.publish({
      topic: 'guest-dead',
      cpu: 0,
      guest: 3,
      reason: 'CRASH: Power down',
      powerOff: true,
    });
    expect(seen.at(-1)).toEqual({ ...ended, cpu: 0, process: 1 });
  });

  it('stays panicked when the guest dies of its panic', () => {
    guest.run(() => guest.kernel.place === 'page fault: look');
    bus.publish({ ...trap, direct: false });
    guest.cpu.raise(6);
    guest.run();
    bus.publish({ topic: 'guest-dead', cpu: 0, guest: 3, reason: 'CRASH: trap 6', powerOff: true });
    expect(actor.state).toBe('panicked');
  });

  it('does not take an order of events that cannot be', () => {
    guest.run(() => guest.cpu.inUser);
    bus.publish({ topic: 'guest-return', cpu: 0, guest: 3 });
    expect(() => bus.publish({ topic: 'guest-return', cpu: 0, guest: 3 })).toThrow(
      'guest kernel 3: event RETURN is illegal in state user',
    );
  });

  it('takes its state back', () => {
    actor.restore('user');
    bus.publish({ ...trap, direct: false });
    expect(actor.state).toBe('kernel');
    expect(() => actor.restore('asleep')).toThrow(RangeError);
  });

  it('hears nothing any more once stopped', () => {
    actor.stop();
    expect(() => bus.publish({ ...trap, direct: false })).toThrow('nobody handles it');
  });
});
