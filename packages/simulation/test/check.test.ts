// SPDX-License-Identifier: GPL-2.0-or-later
import { patternTree, type TraceTree } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { CheckFailure } from '../src/check-failure.js';
import { Simulation } from '../src/simulation.js';
import { check, machines } from './support/check.js';
import { resultsOf, small, traceOf, traceOfText, type TraceLine } from './support.js';

const seconds = 1000;

const patterns: readonly (readonly [name: string, options: Record<string, number>])[] = [
  ['copy-on-write', { pages: 12, accesses: 1500 }],
  ['map-loop', { accesses: 700 }],
  ['switch-ring', { processes: 16, accesses: 120 }],
  ['fork-storm', { children: 12, pages: 8, accesses: 150 }],
];

describe('a guest cannot tell that it has a host', () => {
  // With one CPU there is nowhere to go to, whatever the policy says.
  const different = machines.filter(({ cpus, migrate }) => cpus > 1 || migrate === 'pinned');
  describe.each(different)('$cpus CPUs, $paging, $migrate', (machine) => {
    it.each(patterns)('%s', (name, options) => check([patternTree(name, options)], machine));
  });

  it.each(['two-level', 'pae'] as const)('with zeros that nobody cleared, %s', async (paging) => {
    const opened = patterns.map((pattern) => patternTree(...pattern));
    const machine = { cpus: 2, guests: 3, paging, memoryBytes: 16 * 2 ** 20 };
    await check(opened, { ...machine, migrate: 'balance', zeroing: 'lazy' });
  });

  it.each(['two-level', 'pae'] as const)(
    'with a fork storm of 200 processes, %s',
    async (paging) => {
      const storm = patternTree('fork-storm', { children: 200, pages: 8, accesses: 200 });
      await check([storm], { cpus: 2, guests: 1, memoryBytes: 64 * 2 ** 20, paging });
    },
    60 * seconds,
  );
});

/** A parent and a child that both write to a page from before the fork, and read what is beside it. */
const sharedPage: TraceTree = {
  name: 'page shared',
  root: 10,
  pids: [10, 11],
  missing: [],
  has: (pid) => pid === 10 || pid === 11,
  open: (pid) => {
    const clone =
      'SYSCALL[10,1](120) sys_clone ( 1200011, 0x0 )   clone(fork): process 10 created child 11\n' +
      ' --> [pre-success] Success(0xb) \n';
    const before = ' S 08050000,4\n S 08050004,4\n S 08050008,4\n';
    const after = (own: string): string => ` S ${own},4\n L 08050000,4\n L 08050000,12\n`;
    const parent = `${before}${clone}${after('08050004')}`;
    const child = ` --> [pre-success] Success(0x0) \n${after('08050008')}`;
    return traceOfText(`${pid}`, pid === 10 ? parent : child).open();
  },
};

describe('a page that a fork shares', () => {
  it.each(['two-level', 'pae'] as const)('is each one’s own once written to, %s', (paging) =>
    check([sharedPage], { paging }),
  );
});

describe('a checked run', () => {
  const storm = patternTree('fork-storm', { children: 5, pages: 6, accesses: 120 });

  it('counts what one that is not checked counts', async () => {
    const config = { ...small, cpus: 2, guests: 2, guestSlice: 20_000 };
    const plain = await resultsOf(config, [storm]);
    const checked = await resultsOf({ ...config, check: true }, [storm]);
    expect(checked).toEqual({ ...plain, config: { ...plain.config, check: true } });
  });

  it('goes on the same from a snapshot', async () => {
    const config = { ...small, check: true };
    const cut = new Simulation(config, [storm]);
    await runSteps(cut, 300);
    const snapshot = structuredClone(cut.snapshot());
    await cut.close();
    const resumed = new Simulation(config, [storm]);
    await resumed.restore(snapshot);
    await resumed.run();
    expect(resumed.result()).toEqual(await resultsOf(config, [storm]));
    await resumed.close();
  });
});

describe('a broken machine', () => {
  const base = 0x08048000;
  const words = 64;

  /** Stores 64 words, spends time, loads them again. */
  const lines: TraceLine[] = [
    ...Array.from({ length: words }, (_, i) => line('S', base + 4 * i)),
    ...Array.from({ length: 40_000 }, () => line('I', base + 0x1000)),
    ...Array.from({ length: words }, (_, i) => line('L', base + 4 * i)),
  ];

  it('is told by the guest, process and address of the first load that is wrong', async () => {
    const failure = await failureOf(9);
    expect(failure).toBeInstanceOf(CheckFailure);
    expect(failure).toMatchObject({
      code: 'CHECK_FAILED',
      finding: {
        guest: 0,
        process: 0,
        trace: 'broken',
        address: base + 36,
        expected: '0x0000000a',
        found: '0xdeadbeef',
        position: words + 40_000 + 9,
      },
      message:
        'check failed: guest 0, process 0 (broken), access 40073: load at 0x8048024: ' +
        'expected 0x0000000a, found 0xdeadbeef',
    });
  });

  async function failureOf(broken: number): Promise<unknown> {
    const config = { ...small, check: true, slice: 10_000 };
    const inputs = [traceOf('broken', lines)];
    const cut = new Simulation(config, inputs);
    let steps = 0;
    while (firstToken(cut) < 0) await runSteps(cut, (steps += 1));
    const snapshot = structuredClone(cut.snapshot());
    snapshot.host.memory.words[firstToken(cut) + broken] = 0xdeadbeef | 0;
    await cut.close();
    const resumed = new Simulation(config, inputs);
    await resumed.restore(snapshot);
    const failure: unknown = await resumed.run().catch((error: unknown) => error);
    expect(resumed.state).toBe('failed');
    await resumed.close();
    return failure;
  }

  /** Index of the word in host memory that holds the first of the tokens 1 to 64, or -1. */
  function firstToken(simulation: Simulation): number {
    const memory = simulation.snapshot().host.memory.words;
    for (let at = memory.indexOf(1); at >= 0; at = memory.indexOf(1, at + 1)) {
      if (memory.subarray(at, at + words).every((word, i) => word === i + 1)) return at;
    }
    return -1;
  }
});

function line(kind: TraceLine['kind'], address: number): TraceLine {
  return { kind, address, size: 4 };
}

/** Runs so many steps further. */
async function runSteps(simulation: Simulation, steps: number): Promise<void> {
  let left = steps;
  const signal = {
    get aborted(): boolean {
      return left-- <= 0;
    },
  };
  expect(await simulation.run({ signal })).toBe('interrupted');
}
