// SPDX-License-Identifier: GPL-2.0-or-later
import { builtInPlugins, type Plugin } from '@lguest-sim/simulation';
import { definePattern, lineReader, PATTERN_BASE } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { checkPlugin, type CheckOptions } from '../src/index.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Slot after slot; its state is a number. */
const eviction: Plugin = {
  kind: 'eviction-policy',
  name: 'in-turn',
  make: ({ slots }) => {
    let next = 0;
    return {
      choose: () => next,
      taken: (slot) => void (next = (slot + 1) % slots),
      snapshot: () => next,
      restore: (state) => void (next = state as number),
    };
  },
};

/** The way above the one that was used last. */
const tlb: Plugin = {
  kind: 'tlb-policy',
  name: 'above-last',
  make: ({ sets, ways }) => {
    const last = new Uint16Array(sets);
    const note = (set: number, way: number): void => void (last[set] = way);
    return {
      victim: (set) => (last[set]! + 1) % ways,
      filled: note,
      hit: note,
      snapshot: () => last.slice(),
      restore: (state) => last.set(state as Uint16Array),
    };
  },
};

/** After every other slice to some other CPU. */
const migration: Plugin = {
  kind: 'migration-policy',
  name: 'every-other',
  make: ({ guests }) => {
    const slices = new Uint32Array(guests);
    return {
      first: (guest, { online }) => online[guest % online.length]!,
      woken: (_, last) => last,
      next: (guest, cpu, { online, random }) =>
        ++slices[guest]! % 2 === 0 ? online[random() % online.length]! : cpu,
      steals: true,
      snapshot: () => slices.slice(),
      restore: (state) => slices.set(state as Uint32Array),
    };
  },
};

const costs: Plugin = { kind: 'cost-model', name: 'slow-walks', costs: { walkLevel: 200 } };

const pattern: Plugin = {
  kind: 'workload-pattern',
  ...definePattern({
    name: 'sparse',
    summary: 'Stores to every other page, some words of it.',
    options: {
      words: { kind: 'integer', min: 1, max: 9, default: 3, description: 'Words of each page.' },
    },
    *run({ options, random, out }) {
      for (let at = 0; at < 60 * options.words; at++) {
        if (out.full) yield;
        out.access(PATTERN_BASE + (at % 60) * 8192 + random.below(1024) * 4, at % 2 === 0);
      }
    },
  }),
};

const reader: Plugin = {
  kind: 'trace-reader',
  ...lineReader({
    name: 'words',
    matches: (first) => first === '# words',
    open: (sink) => (text, line) => {
      if (line === 1) return;
      const match = /^([rw]) ([0-9a-f]{1,8})$/.exec(text);
      if (match === null) throw sink.error(`expected r or w and an address, found ${text}`, line);
      sink.access(match[1] === 'r' ? 'load' : 'store', parseInt(match[2]!, 16), 1);
    },
  }),
};
const sample = bytes(
  `# words\n${Array.from({ length: 3000 }, (_, at) => `${at % 3 ? 'r' : 'w'} ${(0x8000000 + at * 444).toString(16)}\n`).join('')}`,
);
const samples = [sample];

const program = builtInPlugins.find(({ kind }) => kind === 'guest-program')!;
const ownProgram: Plugin = { ...program, name: 'own' } as Plugin;
const programOptions = {
  operations: [
    { do: 'boot', top: 16384 },
    { do: 'raise', vector: 3, errorCode: 0 },
  ],
};

describe('a right plug-in', () => {
  it.each<[string, Plugin, CheckOptions]>([
    ['eviction policy', eviction, {}],
    ['TLB policy', tlb, {}],
    ['migration policy', migration, {}],
    ['cost model', costs, {}],
    ['workload pattern', pattern, {}],
    ['trace reader', reader, { samples }],
    ['trace reader without samples', reader, {}],
    ['guest program', ownProgram, { programOptions }],
  ])('passes: %s', async (_, plugin, options) => {
    expect(await checkPlugin(plugin, options)).toEqual([]);
  });

  const policies = builtInPlugins.filter(({ kind }) => /^(eviction|tlb|migration)-/.test(kind));
  const usual = policies.filter(({ name }) => name !== 'schedule');

  it.each(usual.map((plugin) => [plugin.kind, plugin.name, plugin] as const))(
    'is each that is built in: %s %s',
    async (_, name, plugin) => {
      expect(await checkPlugin({ ...plugin, name: `my-${name}` })).toEqual([]);
    },
  );
});

type Make = (...given: never[]) => unknown;
const made = (plugin: Plugin, make: Make): Plugin => ({ ...plugin, make }) as Plugin;
const readerWith = (more: object): Plugin => ({ ...reader, ...more }) as Plugin;
const patternWith = (more: object): Plugin => ({ ...pattern, ...more }) as Plugin;
let counter = 0;
let dice = 1;
const shared = { next: 0 };

const wrong: readonly [what: string, plugin: unknown, check: string, message: RegExp | string][] = [
  [
    'an eviction policy without make',
    { ...eviction, make: 1 },
    'shape',
    'plug-in in-turn (eviction-policy): make: expected a function, got 1',
  ],
  [
    'an eviction policy beyond its slots',
    made(eviction, () => ({ choose: () => 9 })),
    'answers',
    'choose(slots 4, current 0): expected a slot from 0 to 3, got 9',
  ],
  [
    'an eviction policy that throws dice of its own',
    made(eviction, () => ({ choose: () => (dice = (dice * 37 + 11) % 1009) % 4 })),
    'determinism',
    /plug-in in-turn: answer \d+: expected \d, what it answered the first time/,
  ],
  [
    'an eviction policy without snapshot',
    made(eviction, () => {
      let next = 0;
      return { choose: () => next++ % 4 };
    }),
    'state',
    /what it would have answered; all of its state has to be in snapshot and restore/,
  ],
  [
    'an eviction policy that restores nothing',
    made(eviction, () => {
      let next = 0;
      return { choose: () => next++ % 4, snapshot: () => next, restore: () => undefined };
    }),
    'state',
    /all of its state/,
  ],
  [
    'an eviction policy that hands out its own state',
    made(eviction, () => {
      const state = [0];
      let own = state;
      return {
        choose: () => own[0]!++ % 4,
        snapshot: () => () => own,
        restore: (s: number[]) => void (own = s),
      };
    }),
    'state',
    'snapshot(): expected plain data, got a function',
  ],
  [
    'eviction policies that share state',
    made(eviction, () => {
      shared.next = 0;
      return {
        choose: () => shared.next++ % 4,
        snapshot: () => shared.next,
        restore: (s: number) => void (shared.next = s),
      };
    }),
    'independence',
    /what it answers alone; what is made must share no state/,
  ],
  [
    'a TLB policy beyond the ways',
    made(tlb, () => ({ victim: () => 4 })),
    'answers',
    /plug-in above-last \(tlb-policy\): victim\(set \d\): expected a way from 0 to 3, got 4/,
  ],
  [
    'a TLB policy that knows four ways only',
    made(tlb, () => ({ victim: () => 3 })),
    'answers',
    /expected a way from 0 to 0, got 3/,
  ],
  [
    'a TLB policy that forgets its state',
    made(tlb, () => {
      let next = 0;
      return { victim: () => next++ & 1, filled: () => undefined };
    }),
    'state',
    /all of its state/,
  ],
  [
    'a migration policy that names no CPU',
    made(migration, () => ({ first: () => 0, woken: () => 0, next: () => -1, steals: false })),
    'answers',
    /next\(guest \d, CPU \d\): expected a host CPU from 0 to 3, got -1/,
  ],
  [
    'a migration policy that returns a promise',
    made(migration, () => ({
      first: () => Promise.resolve(0),
      woken: () => 0,
      next: () => 0,
      steals: false,
    })),
    'answers',
    'got a promise',
  ],
  [
    'a migration policy with hidden state',
    made(migration, () => {
      let next = 0;
      return { first: () => 0, woken: () => 0, next: () => next++ % 4, steals: false };
    }),
    'state',
    /all of its state/,
  ],
  [
    'a cost model with a cost that is none',
    { ...costs, costs: { walkLevel: 0.5 } },
    'shape',
    'plug-in slow-walks (cost-model): costs.walkLevel: expected a whole number of cycles, got 0.5',
  ],
  [
    'a pattern that leaves its memory',
    patternWith({
      run: function* ({ out }: never) {
        yield;
        void out;
      },
    }),
    'answers',
    /pattern sparse: process 1: run\(scene\): expected a yield only when/,
  ],
  [
    'a pattern with chance of its own',
    patternWith({
      *run({ out }: { out: { access(a: number, w: boolean): void } }) {
        out.access((counter++ & 0xff) * 4, true);
      },
    }),
    'determinism',
    /plug-in sparse: run with \{\}: expected the same twice/,
  ],
  [
    'a reader that takes everything',
    readerWith({ matches: () => true }),
    'answers',
    'plug-in words: matches(head): expected false for a Lackey log, got true',
  ],
  [
    'a reader that cannot take damage',
    readerWith({
      open: () => ({
        write: () => {
          throw new RangeError('oops');
        },
        end: () => undefined,
      }),
    }),
    'answers',
    /trace reader words: expected to read on, it threw RangeError: oops/,
  ],
  [
    'a reader that depends on how bytes arrive',
    readerWith({
      open: (sink: { access(k: string, a: number, s: number): void }) => ({
        write: (b: Uint8Array) => sink.access('load', b.length, 1),
        end: () => undefined,
      }),
    }),
    'independence',
    'plug-in words: sample 1: read in pieces of 1 bytes',
  ],
  [
    'a guest program that is made of nothing',
    made(ownProgram, () => undefined),
    'simulation',
    /plug-in own/,
  ],
  ['something else', 7, 'shape', 'plug-in number 1: expected an object with kind and name, got 7'],
];

describe('a wrong plug-in', () => {
  it.each(wrong)('is reported by name: %s', async (_, plugin, check, message) => {
    const problems = await checkPlugin(plugin as Plugin, { samples, programOptions });
    expect(problems.length).toBeGreaterThan(0);
    const found = problems.find((problem) => problem.check === check);
    expect(found, JSON.stringify(problems)).toBeDefined();
    expect(found!.message).toMatch(message);
    expect(found!.message).toContain((plugin as { name?: string }).name ?? 'number 1');
  });

  it('of the state is found in whole simulations too', async () => {
    const forgetful = made(migration, () => {
      let next = 0;
      return {
        first: () => 0,
        woken: () => 0,
        next: () => (next++ % 7 < 3 ? 1 : 0),
        steals: false,
      };
    });
    const problems = await checkPlugin(forgetful);
    expect(problems.map(({ check }) => check)).toEqual(['state', 'simulation']);
    expect(problems[1]!.message).toMatch(/plug-in every-other: a run cut at cycle \d+: expected/);
  });
});
