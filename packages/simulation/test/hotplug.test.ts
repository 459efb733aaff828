// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope, Message } from '@lguest-sim/bus';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulationConfig } from '../src/config.js';
import type { HotplugEntry } from '../src/plan.js';
import { Simulation } from '../src/simulation.js';
import { loggedRun, policies, small, textOf, wanderingTrace, type LoggedRun } from './support.js';

const traces = [wanderingTrace('a', 6_000, 40)];
const base: Partial<SimulationConfig> = { ...small, cpus: 3, guests: 4, slice: 20_000 };

const logged = (config: Partial<SimulationConfig>): Promise<LoggedRun> =>
  loggedRun(new Simulation({ ...base, ...config }, traces));

/** Times at which CPU 1 goes and comes; the run takes about a million cycles. */
const awayFrom = (from: number, to: number): HotplugEntry[] => [
  { at: from, cpu: 1, state: 'offline' },
  { at: to, cpu: 1, state: 'online' },
];

const offline = ({ message }: Envelope): boolean => message.topic === 'cpu-offline';

/** Some time at which CPU 1 has been in a guest for long and will be for long. */
function timeInGuest(log: readonly Envelope[]): number {
  const switches = log.filter(({ message }) => message.cpu === 1 && topics.has(message.topic));
  const stays = switches.map(({ time, message }, at) => ({
    time,
    cycles: message.topic === 'trap' ? 0 : (switches[at + 1]?.time ?? 0) - time,
  }));
  const longest = stays.reduce((a, b) => (b.cycles > a.cycles ? b : a));
  return longest.time + Math.floor(longest.cycles / 2);
}
const topics: ReadonlySet<string> = new Set(['guest-entered', 'trap']);

describe('a host CPU that is taken offline', () => {
  it('lets the guest that runs on it exit first, by an interrupt at that very time', async () => {
    const undisturbed = await logged({ migrate: 'pinned' });
    const time = timeInGuest(undisturbed.log);
    const { log } = await logged({ migrate: 'pinned', hotplug: awayFrom(time, time + 100_000) });
    const at = log.findIndex(offline);
    const exit = log.slice(0, at).findLast(({ message: m }) => m.topic === 'trap' && m.cpu === 1)!;
    expect(exit.message).toMatchObject({ vector: 253 });
    expect(exit.time - time).toBeGreaterThanOrEqual(0);
    expect(exit.time - time).toBeLessThan(100);
    expect(log[at - 1]!.message).toMatchObject({ topic: 'reschedule', cpu: 1 });
  });

  it('runs nothing while it is away, and is idle when it comes back', async () => {
    const { log } = await logged({ migrate: 'round-robin', hotplug: awayFrom(300_000, 600_000) });
    const from = log.findIndex(offline);
    const to = log.findIndex(({ message }) => message.topic === 'cpu-online');
    const between = log.slice(from + 1, to).filter(({ message }) => message.cpu === 1);
    expect(to - from).toBeGreaterThan(100);
    expect(between).toEqual([]);
    expect(log[to]!.time).toBe(600_000);
    expect(log[to + 1]!.message).toMatchObject({ topic: 'cpu-idle', cpu: 1 });
    const after = log.slice(to).filter(({ message }) => message.topic === 'run-vcpu');
    expect(after.some(({ message }) => message.cpu === 1)).toBe(true);
  });

  it('hands its guests to the others, which go on and end as if nothing had been', async () => {
    const undisturbed = await logged({ migrate: 'pinned' });
    const { result } = await logged({ migrate: 'pinned', hotplug: awayFrom(400_000, 450_000) });
    const work = (r: typeof result) =>
      r.guests.map(({ processes: [p] }) => [p!.status, p!.accesses, p!.loadChecksum]);
    expect(work(result)).toEqual(work(undisturbed.result));
    expect(undisturbed.result.totals).toMatchObject({
      cpusOffline: 0,
      evacuations: 0,
      migrations: 0,
    });
    expect(result.totals).toMatchObject({ cpusOffline: 1, evacuations: 1, migrations: 1 });
    expect(result.cpus[1]).toMatchObject({ timesOffline: 1 });
  });

  it('stands still: its clock is idle, offline or busy time, and nothing else', async () => {
    const { log, result } = await logged({ hotplug: awayFrom(300_000, 700_000) });
    const went = log.find(offline)!;
    expect(result.cpus[1]!.offlineCycles).toBe(700_000 - went.time);
    expect(result.cpus[1]!.cycles).toBeGreaterThan(700_000);
  });

  it('may never come back', async () => {
    const { result } = await logged({ hotplug: [{ at: 200_000, cpu: 0, state: 'offline' }] });
    expect(result.status).toBe('finished');
    expect(result.cpus[0]!.cycles).toBeLessThan(210_000);
    expect(result.cpus[0]!.offlineCycles).toBe(0);
  });

  it('may be away from the beginning, or go when it is idle', async () => {
    const hotplug: HotplugEntry[] = [
      { at: 0, cpu: 0, state: 'offline' },
      { at: 0, cpu: 2, state: 'offline' },
      { at: 100_000, cpu: 2, state: 'online' },
      { at: 100_001, cpu: 2, state: 'offline' },
    ];
    const { result } = await logged({ migrate: 'pinned', hotplug });
    expect(result.status).toBe('finished');
    expect(result.cpus.map(({ accesses }) => accesses > 0)).toEqual([false, true, false]);
    expect(result.cpus[2]!.timesOffline).toBe(2);
  });

  it('is back before its guest has exited, and so never went', async () => {
    const { log, result } = await logged({
      migrate: 'pinned',
      hotplug: awayFrom(400_000, 400_000),
    });
    expect(log.filter(offline)).toEqual([]);
    expect(result.totals).toMatchObject({ cpusOffline: 0, evacuations: 0 });
  });
});

/** Going and coming of three CPUs, of which at least one is online. */
const hotplugs = fc
  .array(fc.record({ wait: fc.nat(60_000), cpu: fc.nat(2) }), { maxLength: 25 })
  .map((changes) => {
    const online = [true, true, true];
    let at = 0;
    return changes.flatMap(({ wait, cpu }): HotplugEntry[] => {
      if (online[cpu] && online.filter(Boolean).length === 1) return [];
      online[cpu] = !online[cpu];
      at += wait;
      return [{ at, cpu, state: online[cpu] ? 'online' : 'offline' }];
    });
  });

describe('any hotplug, under any policy', () => {
  it('keeps all work and delivers nothing to a CPU that is offline', async () => {
    const alone = await logged({});
    const policy = fc.constantFrom(...policies);
    await fc.assert(
      fc.asyncProperty(hotplugs, policy, async (hotplug, migrate) => {
        const { log, result } = await logged({ hotplug, migrate });
        expect(result.totals.accesses).toBe(alone.result.totals.accesses);
        const away = new Set<number>();
        for (const { message } of log) {
          if (message.topic === 'cpu-online') away.delete(message.cpu);
          expect(away.has(message.cpu)).toBe(false);
          if (message.topic === 'cpu-offline') away.add(message.cpu);
        }
        const exits = log.filter(({ message }) => message.topic === 'trap').map(({ time }) => time);
        expect(exits).toEqual([...exits].sort((a, b) => a - b));
      }),
      { numRuns: 12 },
    );
  });

  it('goes on the same from a snapshot, wherever it is cut', async () => {
    const config = { ...base, migrate: 'balance' } as const;
    await fc.assert(
      fc.asyncProperty(hotplugs, fc.nat(2_000), async (hotplug, steps) => {
        const whole = await logged({ ...config, hotplug });
        const cut = new Simulation({ ...config, hotplug }, traces);
        let left = steps;
        await cut.run({ signal: { get aborted() { return left-- <= 0; } } }); // prettier-ignore
        const snapshot = structuredClone(cut.snapshot());
        await cut.close();
        if (snapshot.state === 'finished') return;
        const resumed = new Simulation({ ...config, hotplug }, traces);
        await resumed.restore(snapshot);
        const { log, result } = await loggedRun(resumed);
        expect(result).toEqual(whole.result);
        expect(textOf(log)).toBe(textOf(whole.log.slice(snapshot.host.sequence)));
      }),
      { numRuns: 8 },
    );
  });
});

describe('a schedule', () => {
  const placesOf = (log: readonly Envelope[], guest: number): [number, number][] =>
    log
      .filter(({ message }) => message.topic === 'run-vcpu' && message.guest === guest)
      .map(({ time, message }) => [time, message.cpu]);

  it('puts each vCPU where it says, from that cycle on and not before', async () => {
    const schedule = [
      { at: 0, guest: 0, cpu: 2 },
      { at: 0, guest: 2, cpu: 0 },
      { at: 350_000, guest: 0, cpu: 1 },
      { at: 420_000, guest: 2, cpu: 1 },
    ];
    const config = { guests: 3, migrate: 'schedule', slice: 10 ** 6, schedule } as const;
    const { log, result } = await logged(config);
    for (const [time, cpu] of placesOf(log, 0)) expect(cpu).toBe(time < 350_000 ? 2 : 1);
    for (const [time, cpu] of placesOf(log, 2)) expect(cpu).toBe(time < 420_000 ? 0 : 1);
    const trap = log.find(
      (e): e is Envelope & { message: Message<'trap'> } =>
        e.message.topic === 'trap' && e.message.vector === 253,
    )!;
    expect(trap.message.guest).toBe(0);
    expect(trap.time).toBeGreaterThanOrEqual(350_000);
    expect(trap.time).toBeLessThan(353_000);
    expect(result.totals.migrations).toBe(2);
  });

  it('gives way to hotplug: while its CPU is away, a vCPU is elsewhere', async () => {
    const schedule = [{ at: 0, guest: 1, cpu: 1 }];
    const hotplug = awayFrom(300_000, 500_000);
    const { log } = await logged({ migrate: 'schedule', schedule, hotplug });
    for (const [time, cpu] of placesOf(log, 1)) {
      if (time > 305_000 && time < 500_000) expect(cpu).not.toBe(1);
      if (time > 530_000) expect(cpu).toBe(1);
    }
  });
});
