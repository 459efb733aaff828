// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, Register } from '@lguest-sim/abi';
import { HOSTILE_LAYOUT, HostileGuest, type HostileOperation } from '@lguest-sim/hostile-guest';
import { patternTree } from '@lguest-sim/trace';
import { Operation } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import type { SimulationConfig } from '../src/config.js';
import type { GuestProgram } from '../src/guest-program.js';
import type { GuestProgramPlugin } from '../src/plugins/plugin.js';
import { Simulation } from '../src/simulation.js';
import { loggedRun, resultsOf, textOf } from './support.js';

const boot: HostileOperation = { do: 'boot', top: HOSTILE_LAYOUT.tops[0] };
const honest = patternTree('random', { pages: 8, accesses: 300 });
const memoryBytes = 4 * 2 ** 20;

/** An honest guest and a hostile one, on two host CPUs, under full audit. */
function beside(operations: readonly unknown[]): Partial<SimulationConfig> {
  const program = { name: 'hostile', options: { operations } };
  return {
    cpus: 2,
    memoryBytes,
    slice: 5_000,
    check: true,
    audit: 'every',
    groups: [
      { count: 1, traces: [0] },
      { count: 1, program },
    ],
  };
}

const call = (number: number, ...args: number[]): HostileOperation => ({
  do: 'call',
  number,
  args,
});

/** A process of the guest's: to ring 3, there and back. */
const process: HostileOperation = {
  do: 'return',
  eip: 0x1000,
  cs: 0x73,
  eflags: 0x202,
  esp: 0x1000,
  ss: 0x7b,
  accesses: [
    ['fetch', 0x1000, 4],
    ['store', 0x2ffe, 8],
    ['load', 0x2ffc, 4],
  ],
};

describe('a guest with a program of its own', () => {
  it('runs beside an honest one, and both end', async () => {
    const { guests, kills, totals } = await resultsOf(beside([boot, process, process]), [honest]);
    expect(kills).toEqual([]);
    expect(guests.map(({ status }) => status)).toEqual(['off', 'off']);
    const [, hostile] = guests;
    expect(hostile!.processes).toMatchObject([{ trace: 'hostile', accesses: 6, pagesTouched: 2 }]);
    expect(totals.hypercalls).toMatchObject({ SHUTDOWN: 2, LGUEST_INIT: 2 });
  });

  it('dies of what the original kills for, and leaves no frame behind', async () => {
    const config = beside([boot, call(Hypercall.setPte, 0x4000, 0xfff5f000, 0x5067)]);
    const simulation = new Simulation(config, [honest]);
    expect(await simulation.run()).toBe('finished');
    expect(simulation.result().kills).toEqual([
      { guest: 1, reason: 'attempt to set pte into Switcher pages' },
    ]);
    expect(simulation.framesInUse).toEqual({
      launcher: 0,
      shadowTables: 0,
      registers: 0,
      leaked: 0,
    });
    await simulation.close();
  });

  it('changes nothing of the other’s results', async () => {
    const traps: HostileOperation[] = [
      { do: 'interrupt', vector: 3 },
      { do: 'raise', vector: 6, errorCode: 0 },
      { do: 'touch', kind: 'store', address: 0xfff5c000 },
      { do: 'queue', status: 7, number: Hypercall.flushTlb, args: [1] },
      call(Hypercall.newPgtable, 0x5000),
      process,
    ];
    const alone = await resultsOf({ memoryBytes, check: true }, [honest]);
    const both = await resultsOf(beside([boot, ...traps]), [honest]);
    const results = ({ guests }: typeof alone) => guests[0]!.processes;
    expect(results(both)).toEqual(results(alone));
  });

  it('goes on after HALT, woken by an interrupt that it has no gate for', async () => {
    const noGate = call(Hypercall.loadIdtEntry, 32, 0, 0);
    const sleep = [call(Hypercall.setClockevent, 10_000), call(Hypercall.halt)];
    const { guests, kills } = await resultsOf(beside([boot, noGate, ...sleep, ...sleep, process]), [
      honest,
    ]);
    expect(kills).toEqual([]);
    expect(guests[1]).toMatchObject({ status: 'off', processes: [{ accesses: 3 }] });
  });

  it('is in the snapshot of a run, and goes on from it', async () => {
    const config = { ...beside([boot, process, call(Hypercall.flushTlb, 1), process]) };
    const whole = await loggedRun(new Simulation(config, [honest]));
    const first = new Simulation(config, [honest]);
    await first.run({ until: 60_000 });
    const saved = structuredClone(first.snapshot());
    expect(first.messages).toBeGreaterThan(50);
    await first.close();
    const second = new Simulation(config, [honest]);
    await second.restore(saved);
    const rest = await loggedRun(second);
    expect(textOf(rest.log)).toBe(textOf(whole.log.slice(first.messages)));
    expect(rest.result).toEqual(whole.result);
  });

  it('may be anybody’s, and need no trace', async () => {
    const greeting: GuestProgramPlugin = {
      kind: 'guest-program',
      name: 'greeting',
      check: () => undefined,
      make: (options, { format }) => new Greeting(format, String(options)),
    };
    const groups = [{ count: 2, program: { name: 'greeting', options: 'Hello' } }];
    const simulation = new Simulation({ memoryBytes, groups }, [], { plugins: [greeting] });
    const deaths: string[] = [];
    simulation.messages$.subscribe(({ message }) => {
      if (message.topic === 'guest-dead') deaths.push(message.reason);
    });
    expect(await simulation.run()).toBe('finished');
    expect(deaths).toEqual(['CRASH: Hello', 'CRASH: Hello']);
    await simulation.close();
  });

  it.each([
    [{ name: 'friendly', options: {} }, 'groups[1].program.name: expected one of hostile'],
    [
      { name: 'hostile', options: { operations: [{ do: 'raise', vector: 99, errorCode: 0 }] } },
      /^groups\[1\]\.program\.options\.operations\[0\]\.vector: expected one of 0, 1, 3/,
    ],
    [{ name: 'hostile', options: null }, 'groups[1].program.options: expected a mapping'],
    [null, 'groups[1].program: expected a mapping with name and options, got null'],
  ])('is refused if it cannot be: %j', (program, message) => {
    const groups = [{ count: 1 }, { count: 1, program }] as never;
    expect(() => new Simulation({ groups }, [honest])).toThrow(message);
  });

  it('runs no traces beside it', () => {
    const program = { name: 'hostile', options: { operations: [] } };
    const groups = [{ count: 1, traces: [0], program }];
    expect(() => new Simulation({ groups }, [honest])).toThrow('traces: expected none beside');
  });
});

/** A guest that says something and switches itself off. */
class Greeting extends HostileGuest implements GuestProgram {
  private readonly text: string;

  constructor(format: ConstructorParameters<typeof HostileGuest>[0], text: string) {
    super(format, { operations: [] });
    this.text = text;
  }

  override advance(registers: Int32Array): boolean {
    this.instructions.clear();
    registers[Register.eip] = this.start;
    const words = new Uint32Array(new TextEncoder().encode(this.text.padEnd(8, '\0')).buffer);
    words.forEach((word, index) => {
      this.instructions.push(Operation.store, 0x2000 + 4 * index, word);
    });
    this.instructions.push(Operation.store, 0x3000 + 1384, 0xc0000000);
    this.instructions.push(Operation.store, 0x3000 + 1388, 0x80);
    this.instructions.push(Operation.hypercall, Hypercall.lguestInit, 0x3000);
    this.instructions.push(Operation.hypercall, Hypercall.shutdown, 0x2000, 1);
    return true;
  }
}
