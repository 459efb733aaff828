// SPDX-License-Identifier: GPL-2.0-or-later
import { mermaidOf, type MemoisedMachine } from '@lguest-sim/bus';
import { hostCpuMachine } from '@lguest-sim/cpu';
import { guestKernelMachine } from '@lguest-sim/guest-kernel';
import { vcpuMachine } from '@lguest-sim/hypervisor';
import { guestMachine, slotMachine } from '@lguest-sim/mmu-host';
import { switcherMachine } from '@lguest-sim/switcher';
import { runMachine } from './run-machine.js';

/** A machine of the simulation, and what there is one of. */
export interface MachineDescription {
  /** What the machine is about. */
  readonly title: string;
  /** What there is one of. */
  readonly instances: string;
  /** The machine itself. */
  readonly machine: MemoisedMachine;
}

/** Every machine there is, outermost first. */
export const machines: readonly MachineDescription[] = [
  { title: 'Run', instances: 'one', machine: runMachine },
  { title: 'Host CPU', instances: 'one for each host CPU', machine: hostCpuMachine },
  { title: 'Switcher', instances: 'one for each host CPU', machine: switcherMachine },
  {
    title: 'vCPU',
    instances: 'one for each vCPU, in the hypervisor',
    machine: vcpuMachine,
  },
  { title: 'Guest kernel', instances: 'one for each guest', machine: guestKernelMachine },
  { title: 'Shadow MMU', instances: 'one for each guest', machine: guestMachine },
  { title: 'Slot', instances: 'one for each of a guest’s slots', machine: slotMachine },
];

/** Machines as Markdown: for each a heading, what there is one of, and its diagram in Mermaid. */
export function machinesAsMarkdown(drawn: readonly MachineDescription[] = machines): string {
  return drawn
    .map(({ title, instances, machine }) => {
      const diagram = `\`\`\`mermaid\n${mermaidOf(machine.machine)}\n\`\`\``;
      return `### ${title}\n\nThere is ${instances}.\n\n${diagram}\n`;
    })
    .join('\n');
}
