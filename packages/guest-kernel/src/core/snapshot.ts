// SPDX-License-Identifier: GPL-2.0-or-later
import type { PagingFormat } from '@lguest-sim/x86';
import type { FrameAllocatorSnapshot } from './frame-allocator.js';
import type { FrameSharesSnapshot } from './frame-shares.js';
import type { Kernel, KernelEvent } from './kernel.js';
import { Process, type ProcessSnapshot } from './process.js';
import type { TaskSnapshot } from './task.js';

/** A guest kernel as plain data. What it has beyond these fields is for the kernel alone, and may change. */
export interface GuestKernelSnapshot {
  /** Format of its page tables. */
  readonly format: PagingFormat['name'];
  /** Guest memory in pages of 4096 bytes. */
  readonly memoryPages: number;
  /** Whether it has no page tables yet. */
  readonly linear: boolean;
  /** Id of the current task. */
  readonly current: number;
  /** Whether another process is to run at the next chance. */
  readonly rescheduleWanted: boolean;
  /** What it panicked with, or null. */
  readonly panicMessage: string | null;
  /** What nobody has taken yet. */
  readonly events: readonly KernelEvent[];
  /** Timer interrupts that it handled. */
  readonly timerInterrupts: number;
  /** What the running process has read: see `GuestCode.checksum`. */
  readonly checksum: number;
  /** What the running process writes: see `GuestCode.storeToken`. */
  readonly storeToken: number;
  /** Whether it has set its timer. */
  readonly timerArmed: boolean;
  /** Entry of the hypercall ring that it fills next, 0 to 63. */
  readonly ringCursor: number;
  /** How many of the processes were there from the start. */
  readonly initialProcesses: number;
}

/** All of it. */
export interface KernelSnapshot extends GuestKernelSnapshot {
  readonly frames: FrameAllocatorSnapshot;
  readonly shares: FrameSharesSnapshot;
  readonly idle: TaskSnapshot;
  readonly processes: readonly ProcessSnapshot[];
}

/** Everything that a kernel holds, copied. Nothing lasts from one step to the next but this. */
export function snapshotKernel(kernel: Kernel): KernelSnapshot {
  return {
    format: kernel.layout.format.name,
    memoryPages: kernel.layout.memoryPages,
    linear: kernel.emit.linear,
    current: kernel.task.id,
    rescheduleWanted: kernel.rescheduleWanted,
    panicMessage: kernel.panicMessage ?? null,
    events: [...kernel.events],
    timerInterrupts: kernel.timerInterrupts,
    checksum: kernel.checksum,
    storeToken: kernel.storeToken,
    timerArmed: kernel.timerArmed,
    ringCursor: kernel.ringCursor,
    frames: kernel.frames.snapshot(),
    shares: kernel.shares.snapshot(),
    initialProcesses: kernel.initialProcesses,
    idle: kernel.idle.snapshotTask(),
    processes: kernel.processes.map((process) => process.snapshot()),
  };
}

/** @throws RangeError if the snapshot is of a kernel with another memory or other processes */
export function restoreKernel(kernel: Kernel, snapshot: KernelSnapshot): void {
  const found = describe(snapshot.format, snapshot.memoryPages, snapshot.initialProcesses);
  const { format, memoryPages } = kernel.layout;
  const expected = describe(format.name, memoryPages, kernel.initialProcesses);
  if (found !== expected)
    throw new RangeError(`snapshot of a guest with ${found}: expected ${expected}`);
  const find = (name: string) => kernel.text.routine(name);
  kernel.emit.linear = snapshot.linear;
  kernel.rescheduleWanted = snapshot.rescheduleWanted;
  kernel.panicMessage = snapshot.panicMessage ?? undefined;
  kernel.events.splice(0, Infinity, ...snapshot.events);
  kernel.timerInterrupts = snapshot.timerInterrupts;
  kernel.checksum = snapshot.checksum;
  kernel.storeToken = snapshot.storeToken;
  kernel.timerArmed = snapshot.timerArmed;
  kernel.ringCursor = snapshot.ringCursor;
  kernel.frames.restore(snapshot.frames);
  kernel.shares.restore(snapshot.shares);
  restoreChildren(kernel, snapshot);
  kernel.idle.restoreTask(snapshot.idle, find);
  kernel.processes.forEach((process, index) => process.restore(snapshot.processes[index]!, find));
  kernel.task = kernel.taskOf(snapshot.current);
  kernel.restoreFocus();
}

/** The processes made at run time are those of the snapshot. */
function restoreChildren(kernel: Kernel, { processes, initialProcesses }: KernelSnapshot): void {
  kernel.processes.length = initialProcesses;
  for (const { options, parent } of processes.slice(initialProcesses)) {
    kernel.processes.push(new Process(kernel.processes.length, options, parent));
  }
}

function describe(format: string, pages: number, processes: number): string {
  return `${format} paging, ${pages} pages and ${processes} processes`;
}
