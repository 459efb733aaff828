// SPDX-License-Identifier: GPL-2.0-or-later
// A program of one's own in a guest: it fills an array and has a child sort it. The guest kernel pages.
//
//   node examples/own-program.mjs
import { Simulation, definePlugin } from '@lguest-sim/simulation';
import { FIRST_PID, PATTERN_BASE, patternTree } from '@lguest-sim/trace';

const LENGTH = 512; // Words: half a page.
const CHILD = FIRST_PID + 1;

/**
 * A system call; what its operation says is what the guest kernel carries out.
 * @param {string} name @param {number} number
 * @param {import('@lguest-sim/trace').ProcessOperation} operation
 */
const call = (name, number, operation) => ({ name, number, args: [], result: 0, operation });

const sortInChild = definePlugin({
  kind: 'workload-pattern',
  name: 'sort-in-child',
  summary: 'Fills an array, and lets a child sort it.',
  options: {},
  processes: () => 2,
  *run({ pid, out, random }) {
    const numbers = Array.from({ length: LENGTH }, () => random.below(1000));
    /** @param {Iterable<number>} indexes @param {boolean} write */
    function* touch(indexes, write) {
      for (const index of indexes) {
        if (out.full) yield;
        out.access(PATTERN_BASE + index * 4, write);
      }
    }
    if (pid === FIRST_PID) {
      yield* touch(numbers.keys(), true);
      out.call(call('fork', 2, { kind: 'fork', child: CHILD }));
      out.call(call('waitpid', 7, { kind: 'wait', child: CHILD, blocks: true }));
    } else {
      for (let i = 1; i < LENGTH; i++) {
        for (let at = i; at > 0; at--) {
          const [low = 0, high = 0] = [numbers[at - 1], numbers[at]];
          yield* touch([at - 1, at], false);
          if (low <= high) break;
          yield* touch([at - 1, at], true);
          [numbers[at - 1], numbers[at]] = [high, low];
        }
      }
    }
    out.call(call('exit', 1, { kind: 'exit' }));
  },
});

const tree = patternTree(sortInChild.name, {}, { patterns: [sortInChild] });
const simulation = new Simulation({ check: true }, [tree], { plugins: [sortInChild] });
await simulation.run();
for (const each of simulation.result().guests[0]?.processes ?? []) {
  const { accesses, demandZeroFaults, copyOnWriteBreaks } = each;
  console.log(JSON.stringify({ accesses, demandZeroFaults, copyOnWriteBreaks }));
}
await simulation.close();
