// SPDX-License-Identifier: GPL-2.0-or-later
// Watches the bus with RxJS: page faults in a window of virtual time that slides over the run.
//
//   node examples/fault-rate.mjs
import { Simulation } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';
import { distinctUntilChanged, filter, map, scan } from 'rxjs';

const WINDOW = 200_000; // Cycles that the rate is over,
const STEP = 100_000; // and by which it slides.

const storm = patternTree('fork-storm', { children: 6, accesses: 2000 });
const simulation = new Simulation({ cpus: 2, guests: 2, slice: 50_000 }, [storm]);

/** @type {{ faults: readonly number[], step: number }} */
const nothing = { faults: [], step: 0 };
simulation.messages$
  .pipe(
    filter(({ message }) => message.topic === 'demand-page'),
    scan(({ faults }, { time }) => {
      const step = Math.floor(time / STEP);
      const from = (step + 1) * STEP - WINDOW;
      return { faults: [...faults, time].filter((earlier) => earlier >= from), step };
    }, nothing),
    // The last state of each step is the whole window’s: told when the next step begins.
    scan(
      ({ now }, next) => ({ told: now.step === next.step ? undefined : now, now: next }),
      /** @type {{ told?: typeof nothing | undefined, now: typeof nothing }} */ ({ now: nothing }),
    ),
    map(({ told }) => told),
    filter((told) => told !== undefined),
    distinctUntilChanged((one, other) => one.step === other.step),
  )
  .subscribe(({ faults, step }) => {
    const cycles = String((step + 1) * STEP).padStart(8);
    console.log(
      `${cycles}  ${String(faults.length).padStart(4)}  ${'#'.repeat(faults.length / 4)}`,
    );
  });

console.log(`  cycles  page faults in the last ${WINDOW} cycles`);
await simulation.run();
await simulation.close();
