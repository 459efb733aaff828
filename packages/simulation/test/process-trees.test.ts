// SPDX-License-Identifier: GPL-2.0-or-later
import { patternTree, type TraceTree } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../src/simulation.js';
import { resultsOf, small, traceOfText } from './support.js';

const storm = patternTree('fork-storm', { children: 5, pages: 6, accesses: 120 });

describe('process trees on a whole machine', () => {
  it('run every child, give each its own memory, and wait for all of them', async () => {
    const { guests, kills } = await resultsOf({ ...small, guestSlice: 20_000 }, [storm]);
    const processes = guests[0]!.processes;
    expect(kills).toEqual([]);
    expect(processes).toHaveLength(6);
    expect(processes[0]).toMatchObject({ pid: 1, parent: -1, forks: 5, status: 'exit' });
    for (const child of processes.slice(1)) {
      expect(child).toMatchObject({ parent: 0, accesses: 120, demandZeroFaults: 0 });
      expect(child.copyOnWriteBreaks).toBeGreaterThan(0);
    }
  });

  it('have the same life on any machine', async () => {
    const lives = new Set<string>();
    for (const config of [
      { cpus: 1, guests: 1 },
      { cpus: 2, guests: 3, slice: 9_000, migrate: 'random', paging: 'pae' },
    ] as const) {
      const result = await resultsOf({ ...small, guestSlice: 15_000, ...config }, [storm]);
      for (const { processes } of result.guests) {
        lives.add(JSON.stringify(processes.map((p) => [p.pid, p.accesses, p.loadChecksum])));
      }
    }
    expect([...lives]).toHaveLength(1);
  });

  it('go on the same from a snapshot in the middle of the storm', async () => {
    const whole = await resultsOf(small, [storm]);
    let steps = 300;
    const signal = {
      get aborted(): boolean {
        return steps-- <= 0;
      },
    };
    const cut = new Simulation(small, [storm]);
    expect(await cut.run({ signal })).toBe('interrupted');
    const snapshot = structuredClone(cut.snapshot());
    await cut.close();
    const resumed = new Simulation(small, [storm]);
    await resumed.restore(snapshot);
    await resumed.run();
    expect(resumed.result()).toEqual(whole);
    await resumed.close();
  });

  it('go on without a child of which there is no trace', async () => {
    const orphaned: TraceTree = {
      name: storm.name,
      root: storm.root,
      pids: [storm.root],
      missing: storm.pids.slice(1),
      has: (pid) => pid === storm.root,
      open: (pid) => storm.open(pid),
    };
    const { guests, kills } = await resultsOf(small, [orphaned]);
    expect(kills).toEqual([]);
    expect(guests[0]!.processes).toHaveLength(1);
    expect(guests[0]!.processes[0]).toMatchObject({ forks: 0, status: 'exit' });
    expect(guests[0]!.processes[0]!.systemCalls).toHaveProperty('clone', 5);
  });

  it('are not made of plain traces, whose system calls only count', async () => {
    const text = [
      ' S 08240000,4',
      'SYSCALL[7,1](125) sys_mprotect ( 0x8240000, 4096, 1 )[sync] --> Success(0x0) ',
      ' S 08240000,4',
      '',
    ];
    const { guests } = await resultsOf(small, [traceOfText('joined', text.join('\n'))]);
    expect(guests[0]!.processes).toHaveLength(1);
    expect(guests[0]!.processes[0]).toMatchObject({ accesses: 2, systemCalls: { mprotect: 1 } });
  });
});
