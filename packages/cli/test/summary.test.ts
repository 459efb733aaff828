// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { resultText, timedResult } from '../src/report/result-file.js';
import { summary } from '../src/report/summary.js';
import { exampleResult } from './support/example-result.js';

describe('the summary', () => {
  it('shows a run in aligned columns', () => {
    expect(summary(exampleResult)).toMatchInlineSnapshot(`
      "The run finished.
        host CPUs 2, guests 2 with 64M each, migrate round-robin, two-level paging
        slice 100,000 cycles, seed 1, TLB 64x4, fidelity mended
        trace traces/sort.lackey.gz
        0.25 s, 5,305,832 accesses a second

      Totals
        accesses                 1,326,458    TLB hits                   680,000
          fetches                  436,902    TLB misses                   2,500
          loads                    139,215    page walks                   2,500
          stores                    87,112    page faults                    137
        instructions               436,872      reflected                    202
        kernel accesses             12,345    shadow fills                   321
        hardware accesses            6,789    interrupts                      42

        world switches               4,711    table switches                   8
          Switcher right             4,600      slot hits                      4
          targeted remaps              109      slot evictions                 1
          full remaps                    2      slot fills                     3
        migrations                     107    all tables cleared               5
        cycles                  12,345,678

      Hypercalls
        LGUEST_INIT                      2    SET_PTE                      1,234

      Host CPUs
        CPU  accesses  TLB misses  page faults  switches      cycles    idle
          0   663,229       2,500          137     2,400  12,345,678   0.0 %
          1   663,229       2,500          137     2,311  12,000,000  25.0 %

      Guests on their host CPUs, and remaps of the Switcher's entries
        guest  migrations  copies  switches  skipped  targeted  full  entries
            0          59      60     2,400    2,339        60     1      246
            1          48      49     2,311    2,261        49     1      202
          all         107     109     4,711    4,600       109     2      448

      Guests and their processes
        guest  process  trace           status  accesses  pages  zeroed  syscalls
            0        0  sort.lackey.gz  exit     663,229    101     101       154
            1        0  sort.lackey.gz  exit     663,229    101     101       154

      Regions of the traces that were moved below the guest kernel
        trace                 from          to      bytes
        sort.lackey.gz  0xfe800000  0xbfc00000  4,194,304
      "
    `);
  });

  it('keeps to 80 columns', () => {
    const widths = summary(exampleResult)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });

  it('says at once that guests and processes were killed, and why', () => {
    const [guest] = exampleResult.guests;
    const [process] = guest!.processes;
    const killed = { ...process!, status: 'killed', reason: 'out of memory' };
    const text = summary({
      ...exampleResult,
      guests: [{ ...guest!, processes: [killed] }],
      kills: [{ guest: 1, reason: 'bad page table entry' }],
    });
    expect(text.split('\n')[0]).toBe(
      'The run finished, but not without kills: 1 guest and 1 process, see "Kills" below.',
    );
    expect(text).toContain(
      'Kills\n' +
        '  guest 1: bad page table entry\n' +
        '  guest 0, process 0, by its own kernel: out of memory\n',
    );
  });

  it('says at once that the run was interrupted', () => {
    const text = summary({ ...exampleResult, status: 'interrupted', cpus: [], guests: [] });
    expect(text.split('\n')[0]).toBe('The run was interrupted. Counted so far:');
    expect(text).not.toContain('Guests and their processes');
  });

  it('cuts long tables short and says so', () => {
    const [guest] = exampleResult.guests;
    const guests = Array.from({ length: 1000 }, (_, number) => ({ ...guest!, guest: number }));
    const text = summary({ ...exampleResult, guests });
    expect(text).toContain('  and 968 more processes: see --json');
    expect(text.split('\n').length).toBeLessThan(100);
  });

  it('shortens long names and lists few of many traces', () => {
    const long = `${'directory/'.repeat(20)}trace.gz`;
    const traces = Array.from({ length: 10 }, () => long);
    const text = summary({ ...exampleResult, config: { ...exampleResult.config, traces } });
    expect(text).toContain('directory/trace.gz\n');
    expect(text).toContain('  and 2 more traces');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows a region that every guest moved once', () => {
    expect(summary(exampleResult).match(/0xfe800000/g)).toHaveLength(1);
  });
});

describe('the result document’s text', () => {
  it('is the document with the wall-clock fields at its end', () => {
    const { wallSeconds, accessesPerSecond, ...result } = exampleResult;
    const timed = timedResult(result, wallSeconds);
    expect(timed).toEqual(exampleResult);
    expect(timed.accessesPerSecond).toBe(accessesPerSecond);
    const text = resultText(timed);
    expect(JSON.parse(text)).toEqual(exampleResult);
    expect(text).toMatch(/^\{\n {2}"schema": .*\n {2}"status"/);
    expect(text).toMatch(/"wallSeconds": 0\.25,\n {2}"accessesPerSecond": 5305832\n\}\n$/);
  });

  it('has no rate where no time has passed', () => {
    expect(timedResult(exampleResult, 0).accessesPerSecond).toBe(0);
  });
});
