// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultCosts } from '@lguest-sim/bus';
import { evictionPolicies } from '@lguest-sim/mmu-host';
import {
  COMMON_OPTIONS,
  definePattern,
  lineReader,
  PATTERN_BASE,
  patternTree,
  traceOfChunks,
} from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import type { GivenConfig } from '../src/config.js';
import { definePlugin, type Plugin } from '../src/plugins/plugin.js';
import { PluginError } from '../src/plugins/plugin-error.js';
import { PluginSet } from '../src/plugins/plugin-set.js';
import { Simulation } from '../src/simulation.js';
import { loggedRun, small } from './support.js';

/** More tables than there are slots, on two CPUs. */
const ring = () => [patternTree('switch-ring', { processes: 6, accesses: 300 })];
const machine: GivenConfig = { ...small, cpus: 2, guests: 2, slice: 20_000 };

const run = async (config: GivenConfig, plugins: readonly Plugin[] = []) =>
  await loggedRun(new Simulation({ ...machine, ...config }, ring(), { plugins }));

/** Takes slot after slot. */
const nextSlot = definePlugin({
  kind: 'eviction-policy',
  name: 'next-slot',
  make: ({ slots }) => {
    let next = 0;
    return {
      choose: () => next,
      taken: (slot) => void (next = (slot + 1) % slots),
      snapshot: () => next,
      restore: (state) => void (next = state as number),
    };
  },
});

/** Moves every vCPU to the other end after each third slice. */
const everyThird = definePlugin({
  kind: 'migration-policy',
  name: 'every-third',
  make: ({ guests }) => {
    const slices = new Uint32Array(guests);
    return {
      first: (guest, { online }) => online[guest % online.length]!,
      woken: (_, last) => last,
      next: (guest, cpu, view) => (++slices[guest]! % 3 === 0 ? view.idlest() : cpu),
      steals: false,
      snapshot: () => slices.slice(),
      restore: (state) => slices.set(state as Uint32Array),
    };
  },
});

const cheap = definePlugin({ kind: 'cost-model', name: 'cheap', costs: { worldSwitch: 1 } });

describe('plug-ins of a simulation', () => {
  it('are chosen by name, and decide', async () => {
    const usual = await run({});
    const other = await run({ evict: 'next-slot' }, [nextSlot]);
    expect(other.result.config.evict).toBe('next-slot');
    expect(other.result.totals.slotFills).toBe(2 * 3); // The fourth was linear mode’s.
    expect(other.result.totals.slotEvictions).not.toBe(usual.result.totals.slotEvictions);
    const checksums = ({ result }: typeof usual) =>
      result.guests.flatMap(({ processes }) => processes.map((each) => each.loadChecksum));
    expect(checksums(other)).toEqual(checksums(usual));
  });

  it.each([
    { evict: 'next-slot', migrate: 'every-third' },
    { evict: 'lru' },
    { evict: 'fifo', migrate: 'balance' },
  ])('goes on from a snapshot with %j as it would have', async (config) => {
    const options = { plugins: [nextSlot, everyThird] };
    const make = () => new Simulation({ ...machine, ...config }, ring(), options);
    const whole = await loggedRun(make());
    const cut = make();
    await cut.run({ until: 700_000 });
    const saved = structuredClone(cut.snapshot());
    expect(cut.state).toBe('paused');
    await cut.close();
    const resumed = make();
    await resumed.restore(saved);
    expect((await loggedRun(resumed)).result).toEqual(whole.result);
  });

  it('make a cost model, which a configuration then holds as data', async () => {
    const { result } = await run({ costs: 'cheap' }, [cheap]);
    expect(result.config.costs).toEqual({ ...defaultCosts, worldSwitch: 1 });
    expect((await run({ costs: 'default' })).result).toEqual((await run({})).result);
  });

  it('are not asked where they are not named', async () => {
    const never = definePlugin({
      kind: 'eviction-policy',
      name: 'never',
      make: () => {
        throw new Error('nobody asked for this');
      },
    });
    expect((await run({}, [never])).result).toEqual((await run({})).result);
  });

  it('names those that there are, where one is not', () => {
    const message = 'evict: expected one of random, empty-first, fifo, lru, next-slot, got best';
    expect(() => new Simulation({ evict: 'best' }, ring(), { plugins: [nextSlot] })).toThrow(
      message,
    );
    expect(() => new Simulation({ costs: 'dear' }, ring())).toThrow(
      'costs: expected one of default',
    );
  });
});

describe('the original’s eviction', () => {
  it('throws more tables away than that by use, where a ring fits', async () => {
    const four = [patternTree('switch-ring', { processes: 3, accesses: 3000 })];
    const evictions = async (evict: string) => {
      const options = { ...machine, cpus: 1, guests: 1, evict };
      return (await loggedRun(new Simulation(options, four))).result.totals.slotEvictions;
    };
    expect(await evictions('random')).toBeGreaterThan(await evictions('lru'));
    expect(Object.keys(evictionPolicies)).toContain('lru');
  });
});

const wrong: readonly [what: string, plugin: unknown, message: string][] = [
  ['is nothing', undefined, 'plug-in number 1: expected an object with kind and name, got nothing'],
  ['has no kind', { name: 'a' }, 'plug-in a: kind: expected one of eviction-policy, '],
  ['has a kind that there is not', { kind: 'fan', name: 'a' }, 'got "fan"'],
  ['has no name', { kind: 'cost-model' }, 'plug-in number 1 (cost-model): name: expected letters'],
  ['has a name with a space', { ...cheap, name: 'a b' }, 'plug-in a b (cost-model): name: '],
  [
    'has a built-in one’s name',
    { ...nextSlot, name: 'lru' },
    'found it taken by one that is built',
  ],
  [
    'lacks a member',
    { ...nextSlot, make: undefined },
    'next-slot (eviction-policy): make: expected a function, got nothing',
  ],
  ['has one too many', { ...nextSlot, choose: () => 0 }, 'summary, make, got choose'],
  [
    'has a cost that there is not',
    { ...cheap, costs: { walk: 1 } },
    'plug-in cheap (cost-model): costs.walk: expected one of access, ',
  ],
  [
    'has a cost below 0',
    { ...cheap, costs: { pageCopy: -1 } },
    'costs.pageCopy: expected a whole number of cycles, got -1',
  ],
];

const eviction = (make: unknown): Plugin => ({ ...nextSlot, make: make as never });
const migration = (more: object): Plugin => ({
  ...everyThird,
  make: () => ({ first: () => 0, woken: () => 0, next: () => 0, steals: false, ...more }),
});

const misbehaving: readonly [what: string, plugin: Plugin, message: string][] = [
  [
    'makes nothing',
    eviction(() => undefined),
    'next-slot (eviction-policy): make(): expected an object with choose, got nothing',
  ],
  [
    'makes something else',
    eviction(() => ({ chose: 1 })),
    'make().choose: expected a function, got nothing',
  ],
  [
    'cannot be restored',
    eviction(() => ({ choose: () => 0, snapshot: () => 0 })),
    'make(): expected both snapshot and restore, or neither, got snapshot alone',
  ],
  [
    'throws in make',
    eviction(() => {
      throw new TypeError('no');
    }),
    'it threw TypeError: no',
  ],
  [
    'names no slot',
    eviction(() => ({ choose: () => 4 })),
    'choose(slots 4, current 0): expected a slot from 0 to 3, got 4',
  ],
  [
    'names half a slot',
    eviction(() => ({ choose: () => 0.5 })),
    'expected a slot from 0 to 3, got 0.5',
  ],
  ['promises a slot', eviction(() => ({ choose: () => Promise.resolve(1) })), 'got a promise'],
  [
    'throws when asked',
    eviction(() => ({
      choose: () => {
        throw new Error('tired');
      },
    })),
    'it threw Error: tired',
  ],
  [
    'names no CPU',
    migration({ next: () => 2 }),
    /every-third \(migration-policy\): next\(guest \d, CPU \d\): expected a host CPU from 0 to 1, got 2/ as never,
  ],
  [
    'names NaN',
    migration({ first: () => NaN }),
    'first(guest 0): expected a host CPU from 0 to 1, got NaN',
  ],
  [
    'does not say whether it steals',
    migration({ steals: 'no' }),
    'make().steals: expected true or false, got "no"',
  ],
];

describe('a wrong plug-in', () => {
  it.each(wrong)('that %s is reported by name', (_, plugin, message) => {
    expect(() => new PluginSet([plugin as Plugin])).toThrow(message);
    expect(() => new PluginSet([plugin as Plugin])).toThrow(PluginError);
  });

  it('is one of two with the same name', () => {
    const message =
      'plug-in cheap (cost-model): name: expected a name of its own, found it taken by another plug-in';
    expect(() => new PluginSet([cheap, { ...cheap }])).toThrow(message);
    expect(() => new PluginSet([cheap, { ...nextSlot, name: 'cheap' }])).not.toThrow();
  });

  it.each(misbehaving)('that %s ends the run, and is named', async (_, plugin, message) => {
    const names = { evict: 'next-slot', migrate: 'every-third' };
    const config =
      plugin.kind === 'eviction-policy' ? { evict: names.evict } : { migrate: names.migrate };
    const failed = run(config, [plugin]);
    await expect(failed).rejects.toThrow(PluginError);
    await expect(failed).rejects.toThrow(message);
  });

  it('that has a state which is no data is found when that is taken', async () => {
    const state = () => () => 0;
    const plugin = eviction(() => ({ choose: () => 0, snapshot: state, restore: () => undefined }));
    const simulation = new Simulation({ ...machine, evict: 'next-slot' }, ring(), {
      plugins: [plugin],
    });
    await simulation.run({ until: 50_000 });
    expect(() => simulation.snapshot()).toThrow('snapshot(): expected plain data, got a function');
    await simulation.close();
  });
});

describe('patterns and trace readers', () => {
  const steady = definePattern({
    name: 'steady',
    summary: 'Stores to each page in turn.',
    options: { pages: COMMON_OPTIONS.pages },
    *run({ options, out }) {
      for (let page = 0; page < options.pages; page++) {
        if (out.full) yield;
        out.access(PATTERN_BASE + page * 4096, true);
      }
    },
  });
  const pattern: Plugin = { kind: 'workload-pattern', ...steady };
  const reader = definePlugin({
    kind: 'trace-reader',
    ...lineReader({
      name: 'pages',
      matches: (first) => first === 'pages',
      open: (sink) => (text, line) => {
        if (line > 1) sink.access('store', Number(text) * 4096, 4);
      },
    }),
  });

  it('of a set are there for whoever makes inputs', async () => {
    const plugins = new PluginSet([pattern, reader]);
    const tree = patternTree('steady', { pages: 9 }, plugins);
    const bytes = new TextEncoder().encode('pages\n65536\n65537\n');
    const chunks = (async function* () {
      yield await Promise.resolve(bytes);
    })();
    const name = 'two pages';
    const open = () => Promise.resolve(traceOfChunks(chunks, { name, readers: plugins.readers }));
    const config = { ...small, check: true };
    const { result } = await loggedRun(new Simulation(config, [tree, { name, open }], { plugins }));
    expect(result.guests[0]!.processes.map(({ pagesTouched }) => pagesTouched)).toEqual([9, 2]);
  });

  it.each([
    [{ ...pattern, run: undefined }, 'steady (workload-pattern): run: expected a function'],
    [{ ...pattern, name: 'zipf' }, 'found it taken by one that is built in'],
    [{ ...pattern, options: { pages: 3 } }, 'options.pages: expected an object with kind, default'],
    [{ ...pattern, options: { a: { kind: 'size' } } }, 'options.a.kind: expected integer, number'],
    [
      {
        ...pattern,
        options: { a: { kind: 'number', description: '', min: 0, max: 1, default: 2 } },
      },
      'options.a.default: expected a number from 0 to 1, got 2',
    ],
    [{ ...reader, matches: true }, 'pages (trace-reader): matches: expected a function, got true'],
  ])('that are wrong are reported by name: %#', (plugin, message) => {
    expect(() => new PluginSet([plugin as Plugin])).toThrow(message);
  });
});
