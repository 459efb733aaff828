// SPDX-License-Identifier: GPL-2.0-or-later
import { accesses } from './accesses.js';
import { guestStores } from './guest-stores.js';
import { hypercalls } from './hypercalls.js';
import type { Operation } from './operation.js';
import type { SmallMachine } from './small-machine.js';

const GUEST = 0;
const VCPU = 0;

/** Everything that can be done in a small machine, in the order in which it is tried. */
export function operationsOf(machine: SmallMachine): readonly Operation[] {
  return [
    ...hypercalls(machine),
    ...Array.from({ length: machine.layout.hostCpus }, (_, cpu) => entry(cpu)),
    ...accesses(machine),
    ...guestStores(machine),
    close,
  ];
}

/**
 * The guest is about to run on a host CPU, on another than before perhaps: a migration. Its table
 * gets that host CPU's pages.
 */
function entry(cpu: number): Operation {
  const on = { cpu, guest: GUEST };
  return {
    text: `guest entry on host CPU ${cpu}`,
    kind: 'map-switcher',
    perform: (machine) => {
      const { mmu, listener } = machine;
      machine.request({ topic: 'map-switcher', ...on }, () => mmu.mapSwitcher(VCPU, cpu));
      // A guest that could not be given its Switcher is dead by now, and is not entered.
      if (machine.death === null) {
        listener?.before({ topic: 'enter-guest', ...on, cr3: mmu.shadowCr3(VCPU) });
      }
      return true;
    },
  };
}

/** The Launcher goes, and the guest with it: all that it had is given back. */
export const close: Operation = {
  text: 'the Launcher closes the guest',
  kind: 'free-pagetable',
  perform: (machine) => {
    machine.kill('closed by its Launcher');
    machine.request({ topic: 'free-pagetable', cpu: 0, guest: GUEST }, () => machine.mmu.free());
    machine.memory.close();
    machine.isClosed = true;
    machine.listener?.after({
      topic: 'guest-closed',
      cpu: 0,
      guest: GUEST,
      reason: machine.death ?? '',
      powerOff: false,
    });
    return true;
  },
};
