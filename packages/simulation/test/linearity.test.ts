// SPDX-License-Identifier: GPL-2.0-or-later
import { VcpuCore } from '@lguest-sim/hypervisor';
import { patternTree } from '@lguest-sim/trace';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HostScheduler } from '../src/host-scheduler.js';
import { IndexedHeap } from '../src/indexed-heap.js';
import type { MigrationPolicyName } from '../src/migration-policy.js';
import { RunLoop } from '../src/run-loop.js';
import { resultsOf, small } from './support.js';

afterEach(() => void vi.restoreAllMocks());

/** What the choice of the next thing looks at, while so many guests run and mostly sleep. */
async function looks(cpus: number, guests: number, migrate: MigrationPolicyName) {
  const sleeper = patternTree('sleeper', {
    pages: 4,
    accesses: 600,
    every: 60,
    nanoseconds: 500_000,
  });
  const spies = {
    steps: vi.spyOn(RunLoop.prototype, 'step'),
    queues: vi.spyOn(HostScheduler.prototype, 'nextStart'),
    changes: vi.spyOn(IndexedHeap.prototype, 'set'),
    timers: vi.spyOn(VcpuCore.prototype, 'clockDeadline', 'get'),
  };
  const { totals } = await resultsOf({ ...small, cpus, guests, migrate }, [sleeper]);
  const counts = Object.entries(spies).map(
    ([name, { mock }]) => [name, mock.calls.length] as const,
  );
  vi.restoreAllMocks();
  return { accesses: totals.accesses, ...Object.fromEntries(counts) } as Record<string, number>;
}

describe('the work of choosing what happens next', () => {
  it.each(['pinned', 'round-robin', 'random', 'balance'] as const)(
    'grows with what happens, and not with the CPUs and guests that have nothing to do, under %s',
    async (migrate) => {
      const few = await looks(2, 2, migrate);
      const many = await looks(64, 32, migrate);
      expect(many['accesses']).toBe(16 * few['accesses']!);
      for (const what of ['steps', 'queues', 'changes', 'timers']) {
        expect(few[what], what).toBeGreaterThan(10);
        expect(many[what]! / few[what]!, what).toBeLessThan(16 * 1.5);
      }
    },
    60_000,
  );
});
