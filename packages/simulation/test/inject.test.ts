// SPDX-License-Identifier: GPL-2.0-or-later
import { MessageFault, routes } from '@lguest-sim/bus';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostOops, configure, type ResultDocument, type SimulationConfig } from '../src/index.js';
import { Simulation } from '../src/simulation.js';
import { small, wanderingTrace } from './support.js';

const trace = wanderingTrace('wander', 4_000, 40);
const machine: Partial<SimulationConfig> = {
  ...small,
  cpus: 2,
  guests: 2,
  slice: 20_000,
  check: true,
};

/** What a run with faults comes to: its result, or the named error that ended it. */
async function inject(
  inject: readonly string[],
  more: Partial<SimulationConfig> = {},
): Promise<ResultDocument | MessageFault> {
  const simulation = new Simulation({ ...machine, ...more, inject }, [trace]);
  try {
    // Every load is held against what was stored, counts against each other, frames against those at
    // first: what ends otherwise than with a named error has them right.
    await simulation.run();
    return simulation.result();
  } catch (error) {
    if (error instanceof MessageFault) return error;
    // That the original crashes the host is a result of the original's, and says so.
    if (error instanceof HostOops && more.fidelity === 'original') return simulation.result();
    throw error;
  } finally {
    await simulation.close();
  }
}

async function resultOf(...specs: readonly string[]): Promise<ResultDocument> {
  const outcome = await inject(specs);
  if (outcome instanceof MessageFault) throw outcome;
  return outcome;
}

/** A result without the configuration, which says what was injected. */
function counts(result: ResultDocument): Partial<ResultDocument> {
  return Object.fromEntries(Object.entries(result).filter(([key]) => key !== 'config'));
}

const time = fc.integer({ min: 0, max: 3_000_000 });
const guestPages = small.memoryBytes! / 4096;
const paging = fc.constantFrom('two-level', 'pae');
const fidelity = fc.constantFrom('mended', 'original');
/** How a run may end: the original crashes the host at times. */
const ends = { mended: ['finished'], original: ['finished', 'failed'] } as const;
/** Runs of each property: more in a long run than in an everyday one. */
const runs = process.env['LGUEST_SIM_FUZZ_INPUTS'] === undefined ? 60 : 1500;

describe('injected faults', { timeout: 3_600_000 }, () => {
  it('are nothing to a run that they do not meet', async () => {
    const missed = await resultOf('frames:5000', 'fail-once:1/2000@1');
    expect(counts(missed)).toEqual(counts(await resultOf()));
  });

  it('of host frames end in dead guests, whenever the frames run out', async () => {
    const frames = fc.oneof(fc.nat(60), fc.nat(1200));
    await fc.assert(
      fc.asyncProperty(frames, time, paging, fidelity, async (n, at, paging, fidelity) => {
        const outcome = await inject([`frames:${n}@${at}`], { paging, fidelity });
        expect(ends[fidelity]).toContain((outcome as ResultDocument).status);
      }),
      { numRuns: runs },
    );
  });

  it('of Launcher pages end in dead guests or are got over, whatever page and whenever', async () => {
    const kind = fc.constantFrom('vanish', 'readonly', 'fail-once');
    const page = fc.oneof(fc.nat(40), fc.nat(guestPages - 1));
    await fc.assert(
      fc.asyncProperty(
        kind,
        page,
        fc.nat(300),
        time,
        paging,
        async (kind, first, more, at, paging) => {
          const spec = `${kind}:1/${first}-${first + more}@${at}`;
          const fidelity = more % 2 === 0 ? 'mended' : 'original';
          const outcome = (await inject([spec], { paging, fidelity })) as ResultDocument;
          expect(ends[fidelity]).toContain(outcome.status);
          // The other guest knows nothing of it.
          expect(outcome.kills.filter(({ guest }) => guest !== 1)).toEqual([]);
        },
      ),
      { numRuns: runs },
    );
  });

  it('of messages are noticed, whichever message and whatever happens to it', async () => {
    const kind = fc.constantFrom('drop', 'double', 'delay');
    const topic = fc.constantFrom('*', ...Object.keys(routes));
    await fc.assert(
      fc.asyncProperty(kind, topic, fc.integer({ min: 1, max: 300 }), async (kind, topic, nth) => {
        const spec = `${kind}:${topic}#${nth}`;
        const outcome = await inject([spec]);
        if (outcome instanceof MessageFault) {
          expect(outcome.message).toMatch(/^message \d+ (is missing|came again or too late): /);
        } else {
          // There were not so many: nothing happened, and nothing is different.
          expect(counts(outcome)).toEqual(counts(await resultOf()));
        }
      }),
      { numRuns: runs },
    );
  });

  it('of a host CPU move its guests to another one', async () => {
    const result = await resultOf('offline:1@300000');
    expect(result.cpus[1]!.timesOffline).toBe(1);
    expect(result.kills).toEqual([]);
  });

  it('several at once end as well as one', async () => {
    const specs = fc.array(
      fc.oneof(
        fc.tuple(fc.nat(900), time).map(([n, at]) => `frames:${n}@${at}`),
        fc.tuple(fc.nat(1), fc.nat(500), time).map(([g, p, at]) => `fail-once:${g}/${p}@${at}`),
        fc.tuple(fc.nat(1), fc.nat(500), time).map(([g, p, at]) => `vanish:${g}/${p}@${at}`),
        fc.tuple(fc.nat(1), time).map(([, at]) => `offline:0@${at + 1}`),
      ),
      { minLength: 2, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(specs, async (all) => {
        const once = all.filter(
          (spec, i) =>
            !spec.startsWith('offline') || all.findIndex((o) => o.startsWith('offline')) === i,
        );
        expect(((await inject(once)) as ResultDocument).status).toBe('finished');
      }),
      { numRuns: runs / 2 },
    );
  });

  it('of host frames break no part of the contract', async () => {
    for (const frames of [3, 30, 300, 500, 520]) {
      const outcome = await inject([`frames:${frames}@1`], { audit: 'every' });
      expect((outcome as ResultDocument).status).toBe('finished');
    }
  });

  it('are the same in each run', async () => {
    const specs = ['frames:300@200000', 'readonly:1/900-1100@100000'];
    expect(await inject(specs)).toEqual(await inject(specs));
  });
});

describe('an injection that cannot be', () => {
  it.each<[spec: string, message: RegExp]>([
    ['frames', /^inject\[0\]: expected frames:N\[@T\], .*, got frames$/],
    ['drop:nothing', /^inject\[0\]: expected frames:N\[@T\], .*, got drop:nothing$/],
    ['vanish:2/1', /^inject\[0\]: expected a guest below 2, got 2$/],
    ['vanish:0/9-3', /^inject\[0\]: expected pages from 9 on, got 3$/],
    ['offline:2@5', /^inject\[0\]: expected a host CPU below 2, got 2$/],
    ['drop:*#0', /^inject\[0\]: expected messages to be counted from 1, got 0$/],
  ])('%s is refused with what was expected', (spec, message) => {
    expect(() => configure({ ...machine, inject: [spec] })).toThrow(message);
  });

  it('takes no last host CPU offline', () => {
    const both = ['offline:0@1', 'offline:1@2'];
    expect(() => configure({ ...machine, inject: both })).toThrow(/^inject: .*one that stays so/);
  });
});
