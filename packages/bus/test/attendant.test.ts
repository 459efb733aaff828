// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { Bus, VirtualClock, type Envelope } from '../src/index.js';

const idle = { topic: 'cpu-idle', cpu: 0, guest: -1 } as const;
const wake = { topic: 'cpu-wake', cpu: 0, guest: -1 } as const;

/** A bus on which going idle wakes the CPU, and what happens there in order. */
function loggedBus(): { bus: Bus; seen: string[] } {
  const bus = new Bus(new VirtualClock(1));
  const seen: string[] = [];
  bus.messages$.subscribe(({ message }) => seen.push(`watch ${message.topic}`));
  bus.handle('cpu-idle', 0, () => {
    seen.push('handle cpu-idle');
    bus.publish(wake);
  });
  bus.handle('cpu-wake', 0, () => seen.push('handle cpu-wake'));
  return { bus, seen };
}

describe('an attendant of the bus', () => {
  it('comes after those who watch and before the handlers, and again after these', () => {
    const { bus, seen } = loggedBus();
    const tell =
      (when: string) =>
      ({ message, sequence }: Envelope): void =>
        void seen.push(`${when} ${sequence} ${message.topic}`);
    bus.attend({ before: tell('before'), after: tell('after') });
    bus.publish(idle);
    expect(seen).toEqual([
      'watch cpu-idle',
      'before 0 cpu-idle',
      'handle cpu-idle',
      'after 0 cpu-idle',
      'watch cpu-wake',
      'before 1 cpu-wake',
      'handle cpu-wake',
      'after 1 cpu-wake',
    ]);
  });

  it('stops the dispatch by throwing, and nothing that waited is delivered', () => {
    const { bus, seen } = loggedBus();
    bus.attend({
      before: () => undefined,
      after: () => {
        throw new Error('not so');
      },
    });
    expect(() => bus.publish(idle)).toThrow('not so');
    expect(seen).toEqual(['watch cpu-idle', 'handle cpu-idle']);
    bus.attend(undefined);
    bus.publish(wake);
    expect(seen.slice(2)).toEqual(['watch cpu-wake', 'handle cpu-wake']);
  });
});
