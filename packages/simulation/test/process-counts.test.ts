// SPDX-License-Identifier: GPL-2.0-or-later
import { patternTree } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { resultsOf, small } from './support.js';

const pagings = ['two-level', 'pae'] as const;

/** No timer interrupt comes: a process runs until it waits or ends. */
const unhurried = { ...small, guestSlice: 1e12, check: true };

describe.each(pagings)('what is counted of processes, worked out by hand, %s', (paging) => {
  const processesOf = async (name: string, options: Record<string, number>) => {
    const { guests } = await resultsOf({ ...unhurried, paging }, [patternTree(name, options)]);
    return guests[0]!.processes;
  };

  it('when parent and child store to two pages that they share', async () => {
    // The parent stores to both (zeros), forks, stores once more and then to both (copies), waits. Now
    // the child is the only owner of the old pages, stores to both, ends. The parent loads, ends.
    const options = { pages: 2, accesses: 2, children: 1, writeShare: 1 };
    expect(await processesOf('copy-on-write', options)).toMatchObject([
      {
        forks: 1,
        demandZeroFaults: 2,
        copyOnWriteBreaks: 2,
        copyOnWriteReuses: 0,
        contextSwitches: 2,
        pagesTouched: 2,
        accesses: 2 * 8 + 1 + 2 + 2 * 8,
        accessedPagesSeen: 2,
        dirtyPagesSeen: 2,
      },
      {
        forks: 0,
        demandZeroFaults: 0,
        copyOnWriteBreaks: 0,
        copyOnWriteReuses: 2,
        contextSwitches: 1,
        pagesTouched: 2,
        accesses: 2,
        accessedPagesSeen: 2,
        dirtyPagesSeen: 2,
      },
    ]);
  });

  it('when two children store to one page of their parent’s', async () => {
    // The parent stores after each fork, and gets a copy each time: of the page that it shared with
    // the first child, then of the copy, that it shares with the second. Each child is the only owner
    // of what is left, and keeps it. The parent waits from then on, so it is switched to once more,
    // when both have ended.
    const options = { pages: 1, accesses: 1, children: 2, writeShare: 1 };
    const child = { forks: 0, demandZeroFaults: 0, contextSwitches: 1, copyOnWriteReuses: 1 };
    expect(await processesOf('fork-storm', options)).toMatchObject([
      { forks: 2, demandZeroFaults: 1, copyOnWriteBreaks: 2, contextSwitches: 2 },
      { ...child, copyOnWriteBreaks: 0 },
      { ...child, copyOnWriteBreaks: 0 },
    ]);
  });

  it('when nobody stores after a fork: nothing is copied', async () => {
    const options = { pages: 3, accesses: 30, children: 2, writeShare: 0 };
    for (const process of await processesOf('fork-storm', options)) {
      expect(process).toMatchObject({ copyOnWriteBreaks: 0, copyOnWriteReuses: 0 });
    }
  });

  it('when a page is mapped, stored to and unmapped three times: new zeros each time', async () => {
    const options = { pages: 1, accesses: 6, touches: 2, writeShare: 1 };
    expect(await processesOf('map-loop', options)).toMatchObject([
      { demandZeroFaults: 3, dirtyPagesSeen: 3, pagesTouched: 1, contextSwitches: 1 },
    ]);
  });
});

describe.each(pagings)('a guest whose memory is used up, %s', (paging) => {
  const memoryBytes = 4 * 2 ** 20;

  it('kills the process that wants more, and the others go on', async () => {
    const { guests, kills, status } = await resultsOf({ ...unhurried, paging, memoryBytes }, [
      patternTree('sequential', { pages: 2000, accesses: 2000, stride: 4096 }),
      patternTree('sequential', { pages: 100, accesses: 100, stride: 4096 }),
    ]);
    expect({ status, kills }).toEqual({ status: 'finished', kills: [] });
    const [greedy, modest] = guests[0]!.processes;
    expect(greedy).toMatchObject({ status: 'killed', reason: 'out of guest memory' });
    // 1,024 frames, of which kernel and tables have some.
    expect(greedy!.demandZeroFaults).toBeGreaterThan(500);
    expect(greedy!.demandZeroFaults).toBeLessThan(1024);
    expect(modest).toMatchObject({ status: 'end-of-trace', accesses: 100 });
  });

  it('ends children for which there is no room, and their parent goes on', async () => {
    const storm = patternTree('fork-storm', {
      pages: 30,
      children: 300,
      accesses: 60,
      writeShare: 0,
    });
    const { guests, kills } = await resultsOf({ ...unhurried, paging, memoryBytes }, [storm]);
    const [parent, ...children] = guests[0]!.processes;
    expect(kills).toEqual([]);
    expect(parent).toMatchObject({ status: 'exit', forks: 300 });
    const killed = children.filter((child) => child.status === 'killed');
    expect(new Set(killed.map(({ reason }) => reason))).toEqual(new Set(['out of guest memory']));
    expect(killed.length).toBeGreaterThan(0);
    expect(killed.length).toBeLessThan(300);
  });
});

describe.each(pagings)('what kernel mappings cost, %s', (paging) => {
  const rounds = 3;
  const kernelPages = 2;
  const totalsOf = async (how: string, every: number) => {
    const options = { pages: 1, accesses: 2 * rounds, every, kernelPages, how };
    const churn = patternTree('kernel-churn', options);
    return (await resultsOf({ ...unhurried, paging }, [churn])).totals;
  };

  it('is a SET_PTE for each page that vmalloc maps, and one when it unmaps it', async () => {
    const [one, all] = [await totalsOf('vmalloc', 1e6), await totalsOf('vmalloc', 2)];
    const calls = all.hypercalls['SET_PTE']! - one.hypercalls['SET_PTE']!;
    expect(calls).toBe((rounds - 1) * kernelPages * 2);
    expect(all.clearAlls).toBe(one.clearAlls);
  });

  it('is that every table is cleared for each page that kmap maps', async () => {
    const [one, all] = [await totalsOf('kmap', 1e6), await totalsOf('kmap', 2)];
    expect(all.clearAlls - one.clearAlls).toBe((rounds - 1) * kernelPages);
    expect(all.shadowFills).toBeGreaterThan(one.shadowFills);
  });
});
