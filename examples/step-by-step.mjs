// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a run step by step, and looks at the xstate snapshot of each of its machines.
//
//   node examples/step-by-step.mjs
import { Simulation, machines } from '@lguest-sim/simulation';
import { patternTree } from '@lguest-sim/trace';

/** Machines by the ids that transitions have. */
const definitions = new Map(machines.map(({ machine }) => [machine.machine.id, machine.machine]));

/** The state of each machine that has changed its state, as xstate has it. */
const snapshots = new Map();
/** @param {import('@lguest-sim/bus').MachineTransition} transition */
function inspect({ id, machine, to }) {
  const definition = definitions.get(machine);
  snapshots.set(id, definition?.resolveState({ value: to, context: {} }));
}

const program = patternTree('random', { pages: 4, accesses: 200 });
const simulation = new Simulation({ cpus: 2, memoryBytes: 4 * 2 ** 20 }, [program], { inspect });

let before = '';
while ((await simulation.run({ until: simulation.time + 2_000 })) !== 'finished') {
  const states = [...snapshots]
    .filter(([id]) => !id.includes('slot'))
    .map(([id, { value }]) => `${id}: ${value}`)
    .join(', ');
  if (states === before) continue;
  console.log(`before cycle ${simulation.time}\n  ${states}`);
  before = states;
}

// A snapshot knows what may come next.
const vcpu = snapshots.get('vcpu 0');
console.log(
  `finished; vCPU 0: ${vcpu.value}, ${vcpu.status}; can RUN: ${vcpu.can({ type: 'RUN' })}`,
);
await simulation.close();
