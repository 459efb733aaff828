// SPDX-License-Identifier: GPL-2.0-or-later
import { VirtualClock } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { HostScheduler } from '../src/host-scheduler.js';
import { NONE } from '../src/run-queues.js';
import { migrationPolicies, type MigrationPolicyName } from '../src/migration-policy.js';

function setUp(cpus: number, guests: number, migrate: MigrationPolicyName) {
  const clock = new VirtualClock(cpus);
  const policy = migrationPolicies[migrate];
  const options = { cpus, guests, slice: 100, policy, clock, random: () => 0 };
  return { clock, options, scheduler: new HostScheduler(options) };
}

describe('host scheduler', () => {
  it('lets a vCPU go on until its time slice has ended', () => {
    const { clock, scheduler } = setUp(1, 2, 'pinned');
    scheduler.wake(0, 0);
    scheduler.wake(1, 0);
    expect(scheduler.pick(0)).toBe(0);
    clock.advance(0, 99);
    expect(scheduler.reschedule(0)).toBe(0);
    clock.advance(0, 1);
    expect(scheduler.reschedule(0)).toBe(1);
  });

  it('never starts a vCPU before it is ready, even on a CPU whose clock is behind', () => {
    const { clock, scheduler } = setUp(2, 1, 'round-robin');
    scheduler.wake(0, 0);
    scheduler.pick(0);
    clock.advance(0, 500);
    expect(scheduler.reschedule(0)).toBe(NONE);
    expect(scheduler.pick(1)).toBe(NONE);
    expect(scheduler.nextStart(1)).toBe(500);
    clock.advance(1, 500);
    expect(scheduler.pick(1)).toBe(0);
  });

  it('counts a migration when a vCPU runs on another CPU than before', () => {
    const { scheduler } = setUp(2, 1, 'round-robin');
    expect(scheduler.place(0, 0)).toBe(NONE);
    expect(scheduler.place(0, 0)).toBe(NONE);
    expect(scheduler.place(0, 1)).toBe(0);
    expect(scheduler.migrations).toEqual([1]);
  });

  it('lets an idle CPU steal from the longest queue under balance, and only there', () => {
    for (const [policy, stolen] of [
      ['balance', 2],
      ['pinned', NONE],
    ] as const) {
      const { scheduler } = setUp(2, 3, policy);
      scheduler.wake(0, 0);
      scheduler.wake(2, 0);
      scheduler.pick(0);
      expect(scheduler.pick(1)).toBe(stolen);
    }
  });

  it('steals what is ready, if in the longest queue nobody is yet', () => {
    const { clock, scheduler } = setUp(3, 6, 'balance');
    for (const guest of [0, 3]) scheduler.wake(guest, 900);
    scheduler.wake(1, 0);
    clock.advance(2, 10);
    expect(scheduler.earliestToSteal).toBe(0);
    expect(scheduler.pick(2)).toBe(1);
    expect(scheduler.earliestToSteal).toBe(900);
    expect(scheduler.pick(2)).toBe(NONE);
  });

  it('moves what runs on a CPU that goes offline, and what waits for it, to the idlest CPUs', () => {
    const { clock, scheduler } = setUp(3, 5, 'pinned');
    for (const guest of [0, 3, 1, 4]) scheduler.wake(guest, 0);
    for (const cpu of [0, 1]) scheduler.place(scheduler.pick(cpu), cpu);
    clock.advance(0, 70);
    scheduler.takeOffline(0);
    expect(scheduler.online).toEqual([1, 2]);
    expect(scheduler.evacuations).toBe(2);
    expect([scheduler.load(1), scheduler.load(2)]).toEqual([2, 2]);
    expect(scheduler.nextStart(2)).toBe(70);
    expect([scheduler.wake(2, 80), scheduler.homeOf(0)]).toEqual([1, 2]);
    scheduler.bringOnline(0);
    expect(scheduler.online).toEqual([0, 1, 2]);
    expect(scheduler.homeOf(0)).toBe(0);
  });

  it('preempts a vCPU that the schedule moves, and moves one that waits at once', () => {
    const { clock, scheduler } = setUp(2, 4, 'schedule');
    for (const guest of [0, 2]) scheduler.wake(guest, 0);
    scheduler.place(scheduler.pick(0), 0);
    scheduler.reassign(2, 1, 30);
    expect(scheduler.load(0)).toBe(1);
    expect(scheduler.nextStart(1)).toBe(30);
    expect(scheduler.isPreempted(0)).toBe(false);
    scheduler.reassign(0, 1, 40);
    expect(scheduler.isPreempted(0)).toBe(true);
    clock.advance(0, 40);
    expect(scheduler.reschedule(0)).toBe(NONE);
    expect(scheduler.load(1)).toBe(2);
    expect(scheduler.isPreempted(0)).toBe(false);
  });

  it('wakes a vCPU where it ran last', () => {
    const { scheduler } = setUp(3, 1, 'round-robin');
    scheduler.place(0, 2);
    expect(scheduler.wake(0, 7)).toBe(2);
  });

  it('goes on the same after a snapshot is put back', () => {
    const { clock, options, scheduler } = setUp(2, 4, 'round-robin');
    for (let guest = 0; guest < 4; guest++) scheduler.wake(guest, guest * 10);
    scheduler.pick(0);
    clock.advance(0, 150);
    scheduler.takeOffline(1);
    scheduler.preempt(0);
    const copy = new HostScheduler(options);
    copy.restore(structuredClone(scheduler.snapshot()));
    expect(copy.snapshot()).toEqual(scheduler.snapshot());
    expect(copy.reschedule(0)).toBe(scheduler.reschedule(0));
    for (const either of [copy, scheduler]) either.bringOnline(1);
    expect(copy.wake(1, 5)).toBe(scheduler.wake(1, 5));
    expect(copy.snapshot()).toEqual(scheduler.snapshot());
  });
});
