// SPDX-License-Identifier: GPL-2.0-or-later
// A guest switches between six processes, and has four slots for their page tables. Which one is to go?
//
//   node examples/own-eviction.mjs
import { Simulation, definePlugin } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';

/**
 * Processes run in turn, so the table in use is the one that is wanted last. But what nobody has
 * wanted for long, such as the tables of the boot, goes first.
 */
const inTurn = definePlugin({
  kind: 'eviction-policy',
  name: 'in-turn',
  summary: 'The slot in use goes, unless another has been without use for ten switches.',
  make: ({ slots }) => {
    let state = { switches: 0, usedAt: new Array(slots).fill(0) };
    const used = (/** @type {number} */ slot) => void (state.usedAt[slot] = ++state.switches);
    return {
      choose: ({ current }) => {
        const oldest = Math.min(...state.usedAt);
        return state.switches - oldest > 10 ? state.usedAt.indexOf(oldest) : current;
      },
      used,
      taken: used,
      // What it knows is data, so that a run can be kept and gone on with.
      snapshot: () => structuredClone(state),
      restore: (saved) => void (state = structuredClone(/** @type {typeof state} */ (saved))),
    };
  },
});

const ring = patternTree('switch-ring', { processes: 6, accesses: 2000 });
for (const evict of ['random', 'fifo', 'lru', inTurn.name]) {
  const simulation = new Simulation({ evict }, [ring], { plugins: [inTurn] });
  await simulation.run();
  const { slotHits, slotEvictions, shadowFills, cycles } = simulation.result().totals;
  await simulation.close();
  const counts = { hits: slotHits, evictions: slotEvictions, fills: shadowFills, cycles };
  const text = Object.entries(counts).map(([name, count]) => `${name} ${count}`.padEnd(16));
  console.log(evict.padEnd(10), text.join(' ').trimEnd());
}
