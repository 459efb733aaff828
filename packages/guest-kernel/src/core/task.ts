// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical } from '@lguest-sim/x86';
import { Context, type ContextSnapshot } from './context.js';
import type { Routine } from './routine.js';

/** `Task.id` of the task that boots the machine and runs when no process can. */
export const IDLE_TASK = -1;

/** A task as plain data. */
export interface TaskSnapshot {
  readonly stack: number;
  readonly directory: number;
  readonly contexts: readonly ContextSnapshot[];
}

/** Something that the kernel schedules: a kernel stack, page tables, and what the kernel does in its name. */
export class Task {
  /** Index of the process, or IDLE_TASK. */
  readonly id: number;
  /** Gpa of the kernel stack, two pages; 0 when it has none. */
  stack: GuestPhysical = 0;
  /** Gpa of the top-level table; 0 when it has none. */
  directory: GuestPhysical = 0;
  /** Kernel contexts, the interrupted ones below; none while the process runs in user mode. */
  readonly contexts: Context[] = [];

  constructor(id: number) {
    this.id = id;
  }

  snapshotTask(): TaskSnapshot {
    return {
      stack: this.stack,
      directory: this.directory,
      contexts: this.contexts.map((context) => context.snapshot()),
    };
  }

  restoreTask(snapshot: TaskSnapshot, find: (name: string) => Routine): void {
    this.stack = snapshot.stack;
    this.directory = snapshot.directory;
    this.contexts.length = 0;
    for (const data of snapshot.contexts) {
      const context = new Context();
      context.restore(data, find);
      this.contexts.push(context);
    }
  }
}
