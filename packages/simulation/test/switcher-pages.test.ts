// SPDX-License-Identifier: GPL-2.0-or-later
import { registersAddress, stateAddress } from '@lguest-sim/abi';
import type { Message } from '@lguest-sim/bus';
import { patternTree } from '@lguest-sim/trace';
import { FrameOwner, PAGE_SIZE, type PagingFormat } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulationConfig } from '../src/config.js';
import type { GuestMachine } from '../src/guest-machine.js';
import type { HostMachine } from '../src/host-machine.js';
import type { HotplugEntry, ScheduleEntry } from '../src/plan.js';
import { Simulation } from '../src/simulation.js';
import { resultsOf, small, wanderingTrace } from './support.js';

const CPUS = 3;
const GUESTS = 3;

interface Leaf {
  readonly address: number;
  readonly frame: number;
}

/** Every present leaf below a top-level table, read from the bytes that the hardware walks. */
function* leavesOf(words: Int32Array, { levels, entryWordShift }: PagingFormat, cr3: number) {
  const below = function* (table: number, level: number, base: number): Generator<Leaf> {
    const { shift, entries } = levels[level]!;
    for (let index = 0; index < entries; index++) {
      const entry = words[(table >>> 2) + (index << entryWordShift)]!;
      if ((entry & 1) === 0) continue;
      const address = base + index * 2 ** shift;
      const page = (entry & ~0xfff) >>> 0;
      if (level === levels.length - 1) yield { address, frame: page / PAGE_SIZE };
      else yield* below(page, level + 1, address);
    }
  };
  yield* below(cr3, 0, 0);
}

/**
 * The Switcher's and the vCPUs' own pages that a guest could reach as it is entered, as
 * `ADDRESS FRAME`, but for the text; and those that it is to have there.
 */
function reachable(simulation: Simulation, { cpu, guest, cr3 }: Message<'enter-guest'>) {
  const { memory, layout, switcherPages, format } = simulation['host'] as HostMachine;
  const kinds: readonly number[] = [FrameOwner.switcher, FrameOwner.registers];
  const found: string[] = [];
  for (const { address, frame } of leavesOf(memory.words, format, cr3)) {
    if (!kinds.includes(memory.owners[frame]!)) continue;
    if (address === layout.address && frame === switcherPages.text) continue;
    found.push(`${address} ${frame}`);
  }
  const guests = simulation['guests'] as readonly GuestMachine[];
  const registers = guests[guest]!.vcpu.state.registersFrame;
  const expected = [
    `${registersAddress(layout, cpu) >>> 0} ${registers}`,
    `${stateAddress(layout, cpu) >>> 0} ${switcherPages.state(cpu)}`,
  ];
  return { found, expected };
}

const moves = fc
  .array(fc.record({ at: fc.nat(900_000), guest: fc.nat(GUESTS - 1), cpu: fc.nat(CPUS - 1) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((entries): ScheduleEntry[] => entries.sort((a, b) => a.at - b.at));

const hotplugs = fc
  .array(fc.record({ wait: fc.nat(150_000), cpu: fc.nat(CPUS - 1) }), { maxLength: 12 })
  .map((changes) => {
    const online = Array.from({ length: CPUS }, () => true);
    let at = 0;
    return changes.flatMap(({ wait, cpu }): HotplugEntry[] => {
      if (online[cpu] && online.filter(Boolean).length === 1) return [];
      online[cpu] = !online[cpu];
      at += wait;
      return [{ at, cpu, state: online[cpu] ? 'online' : 'offline' }];
    });
  });

describe('a guest that is entered', () => {
  it('reaches this CPU’s state page and its own regs page, and nothing else of the Switcher’s', async () => {
    let entries = 0;
    const ring = patternTree('switch-ring', { processes: 6, accesses: 300, turn: 60, pages: 2 });
    const paging = fc.constantFrom('two-level' as const, 'pae' as const);
    await fc.assert(
      fc.asyncProperty(moves, hotplugs, paging, async (schedule, hotplug, format) => {
        const config: Partial<SimulationConfig> = {
          ...small,
          ...{ cpus: CPUS, guests: GUESTS, slice: 15_000, paging: format },
          ...{ migrate: 'schedule', schedule, hotplug },
        };
        const simulation = new Simulation(config, [ring]);
        const wrong: object[] = [];
        simulation.messages$.subscribe(({ sequence, message }) => {
          if (message.topic !== 'enter-guest') return;
          entries++;
          const { found, expected } = reachable(simulation, message);
          if (String(found) !== String(expected)) wrong.push({ sequence, found, expected });
        });
        await simulation.run();
        await simulation.close();
        expect(wrong).toEqual([]);
      }),
      { numRuns: 10 },
    );
    expect(entries).toBeGreaterThan(1_000);
  }, 120_000);
});

describe('what a guest’s moves cost', () => {
  const trace = wanderingTrace('a', 30_000, 20);
  const alone = { ...small, cpus: 3, guests: 1, migrate: 'schedule', slice: 10 ** 9 } as const;
  const at = (...places: [time: number, cpu: number][]): ScheduleEntry[] =>
    places.map(([time, cpu]) => ({ at: time, guest: 0, cpu }));

  it('is one copy of its state and four entries a move, back to where it was as well', async () => {
    const still = await resultsOf({ ...alone, schedule: at([0, 0]) }, [trace]);
    // 0, 1, 0, 2: CPU 0 still has its state when it comes back, but the guest's was elsewhere since.
    const late = (share: number): number => Math.floor(still.totals.cycles * share);
    const schedule = at([0, 0], [late(0.7), 1], [late(0.8), 0], [late(0.9), 2]);
    const moved = await resultsOf({ ...alone, schedule }, [trace]);
    expect(still.totals).toMatchObject({
      stateCopies: 1,
      switcherTargetedRemaps: 0,
      migrations: 0,
    });
    expect(moved.totals).toMatchObject({
      stateCopies: 4,
      switcherTargetedRemaps: 3,
      migrations: 3,
    });
    const more = moved.totals.switcherEntries - still.totals.switcherEntries;
    expect(more).toBe(3 * 4);
    expect(moved.totals.switcherFullRemaps).toBe(still.totals.switcherFullRemaps);
  });

  it('is a copy of its state and no entry if only another vCPU ran on its CPU meanwhile', async () => {
    const config = { ...small, cpus: 1, guests: 2, slice: 20_000 };
    const { totals, guests } = await resultsOf(config, [trace]);
    expect(totals).toMatchObject({ migrations: 0, switcherTargetedRemaps: 0 });
    for (const { stateCopies } of guests) expect(stateCopies).toBeGreaterThan(5);
  });

  it('is two entries for every CPU and two more if nobody knows where the table was used', async () => {
    for (const cpus of [1, 3, 8]) {
      const { totals } = await resultsOf({ ...alone, cpus, schedule: at([0, 0]) }, [trace]);
      expect(totals.switcherFullRemaps).toBeGreaterThan(1);
      expect(totals.switcherEntries).toBe(totals.switcherFullRemaps * (2 * cpus + 2));
    }
  });
});
