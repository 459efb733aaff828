// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance, type MachineInspector } from '@lguest-sim/bus';
import type { SlotView } from '../core/interfaces.js';
import { slotMachine } from '../machine/slot-machine.js';

/**
 * Keeps one machine for each slot in step with the core, which does the work. After an operation
 * that can change slots it looks at each and sends what happened: so a transition that the machine
 * does not allow shows as an error, whatever the core did.
 */
export class SlotTracker {
  private readonly slots: readonly SlotView[];
  private readonly machines: readonly MachineInstance[];
  private readonly gpgdirs: Float64Array;
  private readonly hostCpus: Int32Array;

  constructor(guest: number, slots: readonly SlotView[], inspect?: MachineInspector) {
    this.slots = slots;
    this.machines = slots.map(
      (_, slot) => new MachineInstance(`guest ${guest} slot ${slot}`, slotMachine, inspect),
    );
    this.gpgdirs = new Float64Array(slots.length);
    this.hostCpus = new Int32Array(slots.length).fill(-1);
  }

  /** States of the slots' machines, in the order of the slots. */
  get states(): readonly string[] {
    return this.machines.map((machine) => machine.state);
  }

  /** Sends each slot's machine what has happened to it. */
  follow(): void {
    for (let slot = 0; slot < this.slots.length; slot++) this.followSlot(slot);
  }

  /** Puts states back that `states` returned, after the core was restored. */
  restore(states: readonly string[]): void {
    for (let slot = 0; slot < this.slots.length; slot++) {
      this.machines[slot]!.restore(states[slot]!);
      this.remember(slot);
    }
  }

  private followSlot(slot: number): void {
    const event = this.eventFor(slot);
    if (event === undefined) return;
    this.remember(slot);
    this.machines[slot]!.send(event);
  }

  private eventFor(slot: number): string | undefined {
    const view = this.slots[slot]!;
    const machine = this.machines[slot]!;
    if (!view.allocated) return machine.state === 'empty' ? undefined : 'free';
    if (machine.state === 'empty' || view.gpgdir !== this.gpgdirs[slot]) return 'take';
    if (view.lastHostCpu !== this.hostCpus[slot]) return view.lastHostCpu === -1 ? 'unmap' : 'map';
    return undefined;
  }

  private remember(slot: number): void {
    const view = this.slots[slot]!;
    this.gpgdirs[slot] = view.gpgdir;
    this.hostCpus[slot] = view.allocated ? view.lastHostCpu : -1;
  }
}
