// SPDX-License-Identifier: GPL-2.0-or-later
import type { Message, Topic } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../src/simulation.js';
import { small, traceOf } from './support.js';

const page = 0x08049000;

async function messagesOf(kinds: readonly ('L' | 'S')[]): Promise<Message[]> {
  const lines = kinds.map((kind) => ({ kind, address: page + 0x123, size: 1 }));
  const simulation = new Simulation(small, [traceOf('t', lines)]);
  const messages: Message[] = [];
  simulation.messages$.subscribe(({ message }) => messages.push(message));
  await simulation.run();
  await simulation.close();
  return messages;
}

/** The messages from the n-th trap on the test's page up to the entry that ends its handling. */
function roundTrips(messages: readonly Message[]): Message[][] {
  const trips: Message[][] = [];
  messages.forEach((message, at) => {
    if (message.topic !== 'trap' || message.address !== page + 0x123) return;
    const end = messages.findIndex((m, i) => i > at && m.topic === 'guest-entered');
    trips.push(messages.slice(at, end + 1));
  });
  return trips;
}

const topics = (messages: readonly Message[]): Topic[] => messages.map(({ topic }) => topic);

describe('one page fault', () => {
  it('that the host can fix passes in eight messages', async () => {
    const trips = roundTrips(await messagesOf(['S']));
    expect(topics(trips.at(-1)!)).toEqual([
      'trap',
      'guest-exit',
      'demand-page',
      'shadow-done',
      'map-switcher',
      'switcher-mapped',
      'enter-guest',
      'guest-entered',
    ]);
  });

  it('that the guest has to handle is reflected, with one message more', async () => {
    const [first] = roundTrips(await messagesOf(['S']));
    expect(topics(first!)).toContain('guest-trap');
    expect(first).toHaveLength(9);
    expect(first![3]).toMatchObject({ topic: 'shadow-done', fixed: false });
  });

  it('carries the error code of a user write to a page that is not there, and its address', async () => {
    const [first] = roundTrips(await messagesOf(['S']));
    expect(first![0]).toMatchObject({ vector: 14, errorCode: 6, address: page + 0x123 });
  });

  it('of a store after a load is a protection fault if it faults at all', async () => {
    const trips = roundTrips(await messagesOf(['L', 'S']));
    expect(trips[0]![0]).toMatchObject({ errorCode: 4 });
    const stores = trips
      .map(([trap]) => trap)
      .filter((trap) => 'errorCode' in trap! && trap.errorCode & 2);
    for (const trap of stores) expect(trap).toMatchObject({ errorCode: 7 });
  });
});
