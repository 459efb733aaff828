// SPDX-License-Identifier: GPL-2.0-or-later
import { InstructionQueue, type InstructionQueueSnapshot } from '@lguest-sim/x86';
import type { Routine } from './routine.js';

/** A routine under way: where it is, and its integers. */
export interface Frame {
  routine: Routine;
  /** Index of the step that runs next. */
  step: number;
  locals: number[];
}

/** A frame as plain data; steps go by name. */
interface FrameSnapshot {
  readonly routine: string;
  readonly step: string;
  readonly locals: readonly number[];
}

/** A context as plain data. */
export interface ContextSnapshot {
  readonly eip: number;
  readonly returning: boolean;
  readonly value: number;
  readonly queue: InstructionQueueSnapshot;
  readonly frames: readonly FrameSnapshot[];
}

/**
 * One stretch of kernel execution: from a trap (or the start of the machine) to the `iret` that ends
 * it. When a trap interrupts the kernel itself, the new context goes on top of the interrupted one.
 */
export class Context {
  /**
   * Where the CPU is while this context runs, a signed word as in the register: how a retry and a return
   * are told from a new trap.
   */
  eip = 0;
  /** The last instruction of the queue is the `iret` that ends this context. */
  returning = false;
  /** What the routine that returned last hands to its caller. */
  value = 0;
  readonly queue = new InstructionQueue();
  /** Routines that called each other; the last one runs. */
  readonly frames: Frame[] = [];

  /** True once the `iret` that ends this context has been executed. */
  get isFinished(): boolean {
    return this.returning && this.queue.isEmpty;
  }

  /** Lets a routine run before whatever is under way. The locals are its own from now on. */
  push(routine: Routine, locals: number[]): void {
    this.frames.push({ routine, step: 0, locals });
  }

  /** As new. */
  clear(): void {
    this.eip = 0;
    this.returning = false;
    this.value = 0;
    this.queue.clear();
    if (this.frames.length > 0) this.frames.length = 0;
  }

  snapshot(): ContextSnapshot {
    return {
      eip: this.eip >>> 0,
      returning: this.returning,
      value: this.value,
      queue: this.queue.snapshot(),
      frames: this.frames.map(({ routine, step, locals }) => ({
        routine: routine.name,
        step: routine.stepNames[step]!,
        locals: [...locals],
      })),
    };
  }

  /** @param find gives the routine of a name; it throws for a name that it does not know */
  restore(snapshot: ContextSnapshot, find: (name: string) => Routine): void {
    this.clear();
    this.eip = snapshot.eip | 0;
    this.returning = snapshot.returning;
    this.value = snapshot.value;
    this.queue.restore(snapshot.queue);
    for (const { routine: name, step, locals } of snapshot.frames) {
      const routine = find(name);
      this.frames.push({ routine, step: routine.indexOfName(step), locals: [...locals] });
    }
  }
}
