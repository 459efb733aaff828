// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { runResult } from './support/run-command.js';

const seconds = 1000;

describe('the shipped scenarios for several CPUs', { timeout: 120 * seconds }, () => {
  it('ping-pong moves its guest after every slice, and each move is one targeted remap', async () => {
    const { totals, cpus } = await runResult(['ping-pong']);
    expect(totals.migrations).toBeGreaterThan(10);
    expect(totals.switcherTargetedRemaps).toBe(totals.migrations);
    expect(totals.stateCopies).toBe(totals.migrations + 1);
    expect(Math.abs(cpus[0]!.accesses - cpus[1]!.accesses)).toBeLessThan(10_000);
  });

  it('round-robin gives each guest and each CPU the same share', async () => {
    const { guests, cpus } = await runResult(['round-robin']);
    expect(new Set(guests.map(({ migrations }) => migrations)).size).toBe(1);
    const mean = cpus.reduce((sum, { accesses }) => sum + accesses, 0) / cpus.length;
    for (const { accesses, idleCycles } of cpus) {
      expect(Math.abs(accesses - mean)).toBeLessThan(mean / 10);
      expect(idleCycles).toBe(0);
    }
  });

  it('balance is done before the same guests are that stay where they are', async () => {
    const balanced = await runResult(['balance']);
    const pinned = await runResult(['balance', '--migrate', 'pinned']);
    expect(balanced.totals.migrations).toBeGreaterThan(0);
    expect(pinned.totals.migrations).toBe(0);
    expect(balanced.totals.cycles).toBeLessThan(0.85 * pinned.totals.cycles);
  });

  it('hotplug takes three CPUs offline and brings one back, and all guests end', async () => {
    const { totals, cpus, guests } = await runResult(['hotplug']);
    expect(totals.cpusOffline).toBe(3);
    expect(cpus.map(({ timesOffline }) => timesOffline)).toEqual([1, 1, 1, 0]);
    expect(cpus[1]!.offlineCycles).toBeGreaterThan(290_000);
    expect(totals.evacuations).toBeGreaterThanOrEqual(6);
    for (const { processes } of guests) expect(processes[0]!.accesses).toBe(150_000);
    const { stdout } = await lguestSim(['run', 'hotplug', '--quiet']);
    expect(stdout).toContain(`vCPUs that had to leave: ${totals.evacuations}`);
  });

  it('migration-storm shows skipped, targeted and full remaps in one table', async () => {
    const { totals, guests } = await runResult(['migration-storm']);
    for (const counts of [totals, ...guests]) {
      const { switcherSkips, switcherTargetedRemaps, switcherFullRemaps, worldSwitches } = counts;
      for (const kind of [switcherSkips, switcherTargetedRemaps, switcherFullRemaps]) {
        expect(kind).toBeGreaterThan(30);
      }
      expect(switcherSkips + switcherTargetedRemaps + switcherFullRemaps).toBe(worldSwitches);
      expect(counts.switcherEntries).toBe(4 * switcherTargetedRemaps + 18 * switcherFullRemaps);
    }
    const { stdout } = await lguestSim(['run', 'migration-storm', '--quiet']);
    const [titles, ...rows] = stdout
      .slice(stdout.indexOf('Guests on their host CPUs'))
      .split('\n\n')[0]!
      .split('\n')
      .slice(1);
    expect(titles).toMatch(/switches +skipped +targeted +full +entries$/);
    expect(rows).toHaveLength(13);
    const cells = rows.at(-1)!.trim().split(/ +/).slice(3, 7);
    expect(cells.map((cell) => Number(cell.replaceAll(',', '')))).toEqual([
      totals.worldSwitches,
      totals.switcherSkips,
      totals.switcherTargetedRemaps,
      totals.switcherFullRemaps,
    ]);
  });
});
