// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { Bus, VirtualClock, type Envelope } from '../src/index.js';

function setUp() {
  const clock = new VirtualClock(2);
  const bus = new Bus(clock);
  const log: Envelope[] = [];
  return { clock, bus, log };
}

describe('bus', () => {
  it('delivers what a handler publishes only after that handler is done', () => {
    const { bus } = setUp();
    const order: string[] = [];
    bus.handle('vcpu-runnable', 0, () => {
      bus.publish({ topic: 'run-vcpu', cpu: 0, guest: 0 });
      bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 });
      order.push('vcpu-runnable done');
    });
    bus.handle('run-vcpu', 0, () => order.push('run-vcpu'));
    bus.handle('reschedule', 0, () => order.push('reschedule'));
    bus.publish({ topic: 'vcpu-runnable', cpu: 0, guest: 0 });
    expect(order).toEqual(['vcpu-runnable done', 'run-vcpu', 'reschedule']);
  });

  it('delivers what a publisher of one topic publishes in the one order of all messages', () => {
    const { bus, clock, log } = setUp();
    const runVcpu = bus.publisher('run-vcpu');
    clock.advance(1, 7);
    bus.handle('vcpu-runnable', 0, () => {
      runVcpu.publish({ topic: 'run-vcpu', cpu: 1, guest: 3 });
      bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 });
    });
    const seen: string[] = [];
    bus.handle('run-vcpu', 3, () => seen.push('guest 3'));
    bus.handle('reschedule', 0, () => seen.push('host'));
    bus.messages$.subscribe((envelope) => log.push(envelope));
    bus.publish({ topic: 'vcpu-runnable', cpu: 0, guest: 0 });
    expect(seen).toEqual(['guest 3', 'host']);
    expect(log.map(({ sequence, time }) => [sequence, time])).toEqual([
      [0, 0],
      [1, 7],
      [2, 0],
    ]);
  });

  it('routes by host CPU or by guest, as the topic says', () => {
    const { bus } = setUp();
    const seen: string[] = [];
    bus.handle('enter-guest', 1, () => seen.push('cpu 1'));
    bus.handle('run-vcpu', 0, () => seen.push('guest 0'));
    bus.publish({ topic: 'enter-guest', cpu: 1, guest: 0, cr3: 0 });
    bus.publish({ topic: 'run-vcpu', cpu: 1, guest: 0 });
    expect(seen).toEqual(['cpu 1', 'guest 0']);
  });

  it('numbers messages and stamps them with the clock of their CPU at publication', () => {
    const { bus, clock, log } = setUp();
    bus.messages$.subscribe((envelope) => log.push(envelope));
    bus.handle('vcpu-runnable', 0, () => {
      bus.publish({ topic: 'migrated', cpu: 0, guest: 0, from: 1 });
      clock.advance(0, 5);
    });
    clock.advance(0, 10);
    bus.publish({ topic: 'vcpu-runnable', cpu: 0, guest: 0 });
    bus.publish({ topic: 'migrated', cpu: 0, guest: 0, from: 1 });
    expect(log.map(({ sequence, time }) => [sequence, time])).toEqual([
      [0, 10],
      [1, 10],
      [2, 15],
    ]);
  });

  it('throws what a handler threw, to whoever published, and works on afterwards', () => {
    const { bus } = setUp();
    let failing = true;
    bus.handle('reschedule', 0, () => {
      if (failing) throw new Error('handler broke');
    });
    const publish = (): void => bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 });
    expect(publish).toThrow('handler broke');
    failing = false;
    expect(publish).not.toThrow();
  });

  it('refuses a message that nobody handles, naming topic and address', () => {
    const { bus } = setUp();
    expect(() => bus.publish({ topic: 'run-vcpu', cpu: 0, guest: 3 })).toThrow(
      'message run-vcpu: nobody handles it for guest 3',
    );
  });

  it('delivers announcements to watchers only', () => {
    const { bus, log } = setUp();
    bus.publish({ topic: 'guest-killed', cpu: 0, guest: 0, reason: 'before anyone watched' });
    bus.messages$.subscribe((envelope) => log.push(envelope));
    bus.publish({ topic: 'guest-killed', cpu: 0, guest: 0, reason: 'bad page table entry' });
    expect(log).toHaveLength(1);
  });

  it('lets a handler go when its subscription ends', () => {
    const { bus } = setUp();
    const subscription = bus.handle('reschedule', 0, () => undefined);
    subscription.unsubscribe();
    expect(() => bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 })).toThrow(/nobody/);
  });

  it('lets several handlers of one component have their turns in order, until they go', () => {
    const { bus } = setUp();
    const seen: string[] = [];
    const first = bus.handle('reschedule', 0, () => seen.push('first'));
    bus.handle('reschedule', 0, () => seen.push('second'));
    bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 });
    first.unsubscribe();
    bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 });
    expect(seen).toEqual(['first', 'second', 'second']);
  });

  it('keeps the order in a dispatch of many messages', () => {
    const { bus } = setUp();
    const seen: number[] = [];
    bus.handle('interrupt', 0, ({ irq }) => seen.push(irq));
    bus.handle('reschedule', 0, () => {
      for (let irq = 0; irq < 5000; irq++) {
        bus.publish({ topic: 'interrupt', cpu: 0, guest: 0, irq });
      }
    });
    bus.publish({ topic: 'reschedule', cpu: 0, guest: 0 });
    bus.publish({ topic: 'interrupt', cpu: 0, guest: 0, irq: 5000 });
    expect(seen).toEqual(Array.from({ length: 5001 }, (_, irq) => irq));
  });

  it('completes its stream when closed', () => {
    const { bus } = setUp();
    let completed = false;
    bus.messages$.subscribe({ complete: () => (completed = true) });
    bus.close();
    expect(completed).toBe(true);
  });
});
