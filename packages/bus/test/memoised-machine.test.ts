// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import {
  MachineInstance,
  MemoisedMachine,
  reachableStates,
  type MachineTransition,
} from '../src/index.js';

const door = setup({
  types: { events: {} as { type: 'OPEN' | 'CLOSE' | 'LOCK' | 'UNLOCK' } },
}).createMachine({
  id: 'door',
  initial: 'closed',
  states: {
    open: { on: { CLOSE: 'closed' } },
    closed: {
      initial: 'unlocked',
      on: { OPEN: 'open' },
      states: { unlocked: { on: { LOCK: 'locked' } }, locked: { on: { UNLOCK: 'unlocked' } } },
    },
  },
});

const events = ['OPEN', 'CLOSE', 'LOCK', 'UNLOCK'] as const;

describe('memoised machine', () => {
  it('goes wherever xstate itself goes, for any sequence of legal events', () => {
    const memoised = new MemoisedMachine(door);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events)), (sequence) => {
        const instance = new MachineInstance('door 1', memoised);
        const actor = createActor(door).start();
        for (const type of sequence) {
          if (!actor.getSnapshot().can({ type })) {
            expect(() => instance.send(type)).toThrow(/illegal/);
            continue;
          }
          actor.send({ type });
          instance.send(type);
          const { value } = actor.getSnapshot();
          expect(instance.state).toBe(typeof value === 'string' ? value : JSON.stringify(value));
        }
      }),
    );
  });

  it('goes the same ways when senders of its events send them', () => {
    const memoised = new MemoisedMachine(door);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events)), (sequence) => {
        const [sent, sending] = [1, 2].map((id) => new MachineInstance(`door ${id}`, memoised));
        const senders = new Map(events.map((event) => [event, sending!.sender(event)]));
        for (const event of sequence) {
          const isLegal = memoised.transition(sent!.state, event) !== undefined;
          if (isLegal) {
            sent!.send(event);
            senders.get(event)!.send();
          } else {
            expect(() => senders.get(event)!.send()).toThrow(/illegal in state/);
          }
          expect(sending!.state).toBe(sent!.state);
        }
      }),
    );
  });

  it('is where a restored state is, for its senders too', () => {
    const instance = new MachineInstance('door 1', new MemoisedMachine(door));
    const [open, close] = [instance.sender('OPEN'), instance.sender('CLOSE')];
    const { state } = instance;
    open.send();
    instance.restore(state);
    expect(() => close.send()).toThrow('event CLOSE is illegal in state {"closed":"unlocked"}');
    open.send();
    expect(instance.state).toBe('open');
  });

  it('says what is illegal, where, and what would be legal', () => {
    const instance = new MachineInstance('door 7', new MemoisedMachine(door));
    expect(() => instance.send('CLOSE')).toThrow(
      'door 7: event CLOSE is illegal in state {"closed":"unlocked"}; legal: OPEN, LOCK',
    );
  });

  it('takes an event that leaves it where it is for legal', () => {
    const lamp = setup({}).createMachine({
      id: 'lamp',
      initial: 'off',
      states: { off: { on: { LOOK: {}, SWITCH: 'on' } }, on: {} },
    });
    const instance = new MachineInstance('lamp', new MemoisedMachine(lamp));
    instance.send('LOOK');
    expect(instance.state).toBe('off');
    instance.send('SWITCH');
    expect(() => instance.send('LOOK')).toThrow(/illegal/);
  });

  it('knows all its states', () => {
    expect([...reachableStates(new MemoisedMachine(door))].sort()).toEqual([
      'open',
      '{"closed":"locked"}',
      '{"closed":"unlocked"}',
    ]);
  });

  it('tells an inspector of every transition', () => {
    const seen: MachineTransition[] = [];
    const instance = new MachineInstance('door 1', new MemoisedMachine(door), (t) => seen.push(t));
    instance.send('OPEN');
    expect(seen).toEqual([
      { id: 'door 1', machine: 'door', event: 'OPEN', from: '{"closed":"unlocked"}', to: 'open' },
    ]);
  });

  it('puts back a state, but only one that exists', () => {
    const instance = new MachineInstance('door 1', new MemoisedMachine(door));
    instance.restore('open');
    instance.send('CLOSE');
    expect(instance.state).toBe('{"closed":"unlocked"}');
    expect(() => instance.restore('ajar')).toThrow('door 1: no state ajar');
  });

  it('refuses a machine that is not pure, as memoising it would be wrong', () => {
    const impure = setup({}).createMachine({
      id: 'counter',
      context: { count: 0 },
      on: { COUNT: { actions: () => undefined } },
    });
    expect(() => new MemoisedMachine(impure)).toThrow(/'context' is not allowed/);
    const acting = setup({}).createMachine({
      id: 'acting',
      initial: 'a',
      states: { a: { on: { GO: { actions: () => undefined } } } },
    });
    expect(() => new MemoisedMachine(acting)).toThrow(/acting\.states\.a\.on\.GO: 'actions'/);
  });
});
