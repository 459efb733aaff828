// SPDX-License-Identifier: GPL-2.0-or-later
// A host scheduler of one's own: when may a vCPU move to another host CPU?
//
//   node examples/host-scheduler.mjs
import { Simulation, definePlugin } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';

/** Moves a vCPU only if it has stood behind others for some slices, to where least is to do. */
const patient = definePlugin({
  kind: 'migration-policy',
  name: 'patient',
  summary: 'Stays for three slices on a host CPU that is busier than another, then moves.',
  make: ({ guests }) => {
    const waited = new Uint8Array(guests);
    return {
      first: (guest, { online }) => online[guest % online.length] ?? 0,
      woken: (_, last) => last,
      next: (guest, cpu, view) => {
        const idlest = view.idlest();
        const isBehind = view.load(cpu) > view.load(idlest) + 1;
        waited[guest] = isBehind ? (waited[guest] ?? 0) + 1 : 0;
        if ((waited[guest] ?? 0) < 3) return cpu;
        waited[guest] = 0;
        return idlest;
      },
      steals: false,
      // What it knows is data, so that a run can be kept and gone on with.
      snapshot: () => waited.slice(),
      restore: (state) => waited.set(/** @type {Uint8Array} */ (state)),
    };
  },
});

// Six guests on three host CPUs; two of them have ten times as much to do.
const long = patternTree('zipf', { pages: 60, accesses: 100_000 });
const short = patternTree('zipf', { pages: 60, accesses: 10_000 });
const groups = [
  { count: 1, traces: [0] },
  { count: 2, traces: [1] },
  { count: 1, traces: [0] },
  { count: 2, traces: [1] },
];
console.log('policy       migrations  targeted remaps  idle cycles  cycles');
for (const migrate of ['pinned', 'round-robin', 'balance', patient.name]) {
  const config = { cpus: 3, groups, migrate, slice: 20_000 };
  const simulation = new Simulation(config, [long, short], { plugins: [patient] });
  await simulation.run();
  const { totals, cpus } = simulation.result();
  await simulation.close();
  const idle = cpus.reduce((sum, { idleCycles }) => sum + idleCycles, 0);
  const columns = [totals.migrations, totals.switcherTargetedRemaps, idle, totals.cycles];
  const widths = [11, 17, 13, 8];
  console.log(
    migrate.padEnd(12),
    ...columns.map((n, i) => String(n).padStart((widths[i] ?? 0) - 1)),
  );
}
