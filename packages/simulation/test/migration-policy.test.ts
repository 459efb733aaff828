// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { migrationPolicies, type PlacementView } from '../src/migration-policy.js';

const view = (loads: readonly number[], random = 0, offline?: number): PlacementView => ({
  online: [...loads.keys()].filter((cpu) => cpu !== offline),
  load: (cpu) => loads[cpu]!,
  idlest: () => loads.indexOf(Math.min(...loads)),
  random: () => random,
  scheduled: (guest) => guest % loads.length,
});

describe('migration policies', () => {
  it('spread the guests over the CPUs at first', () => {
    for (const policy of Object.values(migrationPolicies)) {
      expect([0, 1, 2, 3].map((guest) => policy.first(guest, view([0, 0, 0])))).toEqual([
        0, 1, 2, 0,
      ]);
    }
  });

  it('pinned never moves a vCPU', () => {
    expect(migrationPolicies.pinned.next(0, 2, view([9, 0, 9]))).toBe(2);
  });

  it('round-robin moves on to the next CPU and around', () => {
    expect(migrationPolicies['round-robin'].next(0, 0, view([1, 1]))).toBe(1);
    expect(migrationPolicies['round-robin'].next(0, 1, view([1, 1]))).toBe(0);
  });

  it('random goes where the run’s random number says', () => {
    expect(migrationPolicies.random.next(0, 0, view([1, 1, 1], 5))).toBe(2);
  });

  it('pass over a CPU that is offline', () => {
    const gone = view([1, 1, 1], 4, 1);
    expect(migrationPolicies['round-robin'].next(0, 0, gone)).toBe(2);
    expect(migrationPolicies['round-robin'].next(0, 2, gone)).toBe(0);
    expect(migrationPolicies.random.next(0, 0, gone)).toBe(0);
    expect([0, 1, 2].map((guest) => migrationPolicies.pinned.first(guest, gone))).toEqual([
      0, 2, 0,
    ]);
  });

  it('schedule goes where the schedule says, wherever the vCPU was', () => {
    const { schedule } = migrationPolicies;
    const three = view([1, 1, 1]);
    expect(schedule.first(4, three)).toBe(1);
    expect(schedule.woken(5, 0, three)).toBe(2);
    expect(schedule.next(3, 2, three)).toBe(0);
  });

  it('balance moves only if another CPU has at least two vCPUs fewer', () => {
    expect(migrationPolicies.balance.next(0, 0, view([2, 1]))).toBe(0);
    expect(migrationPolicies.balance.next(0, 0, view([3, 1]))).toBe(1);
    expect(migrationPolicies.balance.next(0, 0, view([4, 1, 0, 0]))).toBe(2);
  });
});
