// SPDX-License-Identifier: GPL-2.0-or-later
import { VirtualClock } from '@lguest-sim/bus';
import { describe, expect, it } from 'vitest';
import { HostScheduler, NONE } from '../src/host-scheduler.js';
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
    expect(scheduler.migrations).toBe(1);
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
    const copy = new HostScheduler(options);
    copy.restore(structuredClone(scheduler.snapshot()));
    expect(copy.snapshot()).toEqual(scheduler.snapshot());
    expect(copy.reschedule(0)).toBe(scheduler.reschedule(0));
    expect(copy.snapshot()).toEqual(scheduler.snapshot());
  });
});
