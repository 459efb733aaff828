// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical } from '@lguest-sim/x86';
import { MAX_STEPS, STEP_BYTES, type Routine, type Step } from './routine.js';

const STUBS_OFFSET = 0x100;
const STUB_BYTES = 8;
const VECTORS = 256;
const ROUTINES_OFFSET = 0x1000;
const ROUTINE_BYTES = 2 * MAX_STEPS * STEP_BYTES;

/**
 * Where the kernel's code is. The machine does not execute these bytes (the instructions come from
 * the queue), but the kernel fetches from them, eip points into them, and gates hold them.
 *
 *     text + 0       entry, where the Launcher starts the vCPU
 *     text + 0x100   one stub for each vector, 8 bytes each: what the IDT's gates point to
 *     text + 0x1000  the routines, 1 KiB each
 */
export class KernelText {
  /** Gpa of the entry. */
  readonly entry: GuestPhysical;
  readonly #starts = new Map<Routine, number>();
  readonly #byName = new Map<string, Routine>();
  /** What was asked for last, which as a rule is asked for again. */
  #lastRoutine: Routine | undefined;
  #lastStart: GuestPhysical = 0;

  /** @param start gpa of the text */
  constructor(start: GuestPhysical, routines: readonly Routine[]) {
    this.entry = start;
    routines.forEach((routine, index) => {
      this.#starts.set(routine, start + ROUTINES_OFFSET + index * ROUTINE_BYTES);
      this.#byName.set(routine.name, routine);
    });
  }

  /** Gpa of the code of a routine's step, given by its index. */
  address(routine: Routine, index: number): GuestPhysical {
    if (routine !== this.#lastRoutine) {
      this.#lastRoutine = routine;
      this.#lastStart = this.#starts.get(routine)!;
    }
    return this.#lastStart + index * STEP_BYTES;
  }

  /** Gpa of the code of a routine's step. */
  addressOf(routine: Routine, step: Step): GuestPhysical {
    return this.address(routine, routine.indexOf(step));
  }

  /** Gpa of the stub that a vector's gate points to. */
  stub(vector: number): GuestPhysical {
    return this.entry + STUBS_OFFSET + vector * STUB_BYTES;
  }

  /** The vector whose stub starts at this gpa, or undefined. */
  vectorAt(address: GuestPhysical): number | undefined {
    const vector = (address - this.entry - STUBS_OFFSET) / STUB_BYTES;
    return Number.isInteger(vector) && vector >= 0 && vector < VECTORS ? vector : undefined;
  }

  /** Routine and step (`page fault: map`), stub or entry whose code is at this gpa, for people. */
  nameAt(address: GuestPhysical): string {
    const vector = this.vectorAt(address);
    if (vector !== undefined) return `stub ${vector}`;
    for (const [routine, start] of this.#starts) {
      const step = routine.stepNames[(address - start) / STEP_BYTES];
      if (step !== undefined) return `${routine.name}: ${step}`;
    }
    return 'entry';
  }

  /** @throws RangeError for a name that no routine has */
  routine(name: string): Routine {
    const routine = this.#byName.get(name);
    if (routine === undefined) throw new RangeError(`no kernel routine is named ${name}`);
    return routine;
  }
}
