// SPDX-License-Identifier: GPL-2.0-or-later
import {
  REGISTERS_OFFSET,
  Register,
  registersAddress,
  stateAddress,
  switcherLayout,
} from '@lguest-sim/abi';
import { Bus, VirtualClock, defaultCosts, type Message } from '@lguest-sim/bus';
import { HostMemory, frameWord } from '@lguest-sim/x86';
import { beforeEach, describe, expect, it } from 'vitest';
import { SwitcherActor, SwitcherPages, WorldSwitch } from '../src/index.js';
import { PlainCpu } from './host-cpu.js';

const layout = switcherLayout(1);
const CR3 = 0x7000;

let bus: Bus;
let clock: VirtualClock;
let actor: SwitcherActor;
let received: Message[];

function build(): SwitcherActor {
  const host = new HostMemory(16);
  const pages = new SwitcherPages({ host, layout });
  const processor = new PlainCpu();
  const regsPage = pages.allocateRegisters();
  processor.map(CR3, registersAddress(layout, 0), regsPage);
  processor.map(CR3, stateAddress(layout, 0), pages.state(0));
  host.words[frameWord(regsPage) + REGISTERS_OFFSET / 4 + Register.trapNumber] = 256;
  const core = new WorldSwitch({ host, layout, cpu: 0, processor });
  return new SwitcherActor({ bus, clock, costs: defaultCosts, cpu: 0, core });
}

beforeEach(() => {
  clock = new VirtualClock(1);
  bus = new Bus(clock);
  received = [];
  bus.handle('guest-exit', 5, (message) => received.push(message));
  bus.handle('guest-entered', 0, (message) => received.push(message));
  actor = build();
});

const trap = { topic: 'trap', cpu: 0, guest: 5, vector: 14, errorCode: 6, address: 0x8049123 };
const enter = { topic: 'enter-guest', cpu: 0, guest: 5, cr3: CR3 } as const;

describe('the Switcher actor', () => {
  it('answers an entry, then turns the trap into an exit, and charges each way', () => {
    bus.publish(enter);
    expect(actor.state).toBe('inGuest');
    expect(clock.now[0]).toBe(defaultCosts.worldSwitch);
    bus.publish(trap as Message<'trap'>);
    expect(actor.state).toBe('inHost');
    expect(clock.now[0]).toBe(2 * defaultCosts.worldSwitch);
    expect(received).toEqual([
      { topic: 'guest-entered', cpu: 0, guest: 5 },
      {
        topic: 'guest-exit',
        cpu: 0,
        guest: 5,
        trapNumber: 14,
        errorCode: 6,
        address: 0x8049123,
      },
    ]);
  });

  it('refuses a trap while the host runs, and a second entry', () => {
    expect(() => bus.publish(trap as Message<'trap'>)).toThrow(
      'switcher 0: event EXIT is illegal in state inHost; legal: ENTER',
    );
    bus.publish(enter);
    expect(() => bus.publish(enter)).toThrow('event ENTER is illegal in state inGuest');
  });

  it('goes on from a snapshot in another machine', () => {
    bus.publish(enter);
    const snapshot = structuredClone(actor.snapshot());
    actor.stop();
    expect(() => bus.publish(enter)).toThrow('nobody handles it');
    actor = build();
    actor.restore(snapshot);
    expect(actor.state).toBe('inGuest');
    expect(actor.snapshot()).toEqual(snapshot);
  });
});
