// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, INTERRUPT_FLAG, type Register } from '@lguest-sim/abi';
import { AccessBatch } from '@lguest-sim/trace';
import {
  Flag,
  InstructionQueue,
  LoadedWords,
  PAGE_SIZE,
  type GuestPhysical,
} from '@lguest-sim/x86';
import { Context, type Frame } from './context.js';
import { Emitter } from './emitter.js';
import { exitOf, type ExitCode, type ProcessExit } from './exit-code.js';
import { mourn } from './family.js';
import { FrameAllocator, NO_GUEST_FRAME } from './frame-allocator.js';
import { FrameShares } from './frame-shares.js';
import type { KernelText } from './kernel-text.js';
import type { KernelLayout } from './layout.js';
import type { MemoryWatcher } from './memory-watcher.js';
import { Process, type ProcessOptions } from './process.js';
import type { Routine, Step } from './routine.js';
import { pageOf } from './tables.js';
import { IDLE_TASK, Task } from './task.js';
import type { Zeroing } from './zeroing.js';

/** Something that happened in the kernel, for whoever announces it. */
export type KernelEvent =
  | { readonly kind: 'booted' }
  | { readonly kind: 'panicked'; readonly message: string }
  | {
      readonly kind: 'process-started';
      readonly process: number;
      readonly parent: number;
      readonly pid: number;
    }
  | { readonly kind: 'process-ended'; readonly process: number; readonly exit: ProcessExit };

/** A word index in `struct lguest_regs`. */
type RegisterIndex = (typeof Register)[keyof typeof Register];

/** What `allocate` and `allocatePair` return when guest memory is used up. No frame is at gpa 0. */
export const NO_MEMORY: GuestPhysical = 0;

/** What a kernel is told of its guest. */
export interface KernelOptions {
  readonly processes: readonly ProcessOptions[];
  readonly sliceNanoseconds: number;
  readonly zeroing: Zeroing;
  readonly watcher?: MemoryWatcher | undefined;
}

/**
 * The kernel's state and what its routines need: the hands with which every step works. Who calls
 * the steps, and when, is `GuestKernel`'s affair.
 */
export class Kernel {
  readonly layout: KernelLayout;
  readonly text: KernelText;
  readonly emit: Emitter;
  readonly frames: FrameAllocator;
  readonly idle = new Task(IDLE_TASK);
  /** Entries that share a frame with another. */
  readonly shares = new FrameShares();
  /** All processes there ever were; those that ended stay, for the results. */
  readonly processes: Process[];
  /** How many of them were there from the start. */
  readonly initialProcesses: number;
  /** Nanoseconds between two timer interrupts. */
  readonly sliceNanoseconds: number;
  readonly zeroing: Zeroing;
  /** Is told what becomes of the processes' memory. */
  readonly watcher: MemoryWatcher | undefined;

  /** The task whose stack the CPU is on. */
  task: Task = this.idle;
  /** The running kernel context; undefined in user mode. */
  context: Context | undefined;
  /** A timer interrupt found that another process should run. */
  rescheduleWanted = false;
  panicMessage: string | undefined;
  /** Happened and not yet taken by `takeEvents`. */
  readonly events: KernelEvent[] = [];
  timerInterrupts = 0;
  /** A timer interrupt was asked for and has not come yet. */
  timerArmed = false;
  /** Entry of the asynchronous hypercall ring that is used next. */
  ringCursor = 0;

  /** Accesses that user mode executes. */
  accesses: AccessBatch;
  /** See `GuestKernel.checksum`. */
  checksum = 0;
  storeToken = 0;

  /** The CPU's registers, during a step. */
  registers: Int32Array = new Int32Array(0);
  /** What the loads of the step before returned, during a step. */
  results = new LoadedWords();

  readonly #noAccesses = new AccessBatch(4);
  readonly #noInstructions = new InstructionQueue();
  /** Contexts to use again: they hold nothing. */
  readonly #spare: Context[] = [];

  constructor(
    layout: KernelLayout,
    text: KernelText,
    { processes, sliceNanoseconds, zeroing, watcher }: KernelOptions,
  ) {
    this.layout = layout;
    this.text = text;
    this.sliceNanoseconds = sliceNanoseconds;
    this.zeroing = zeroing;
    this.watcher = watcher;
    this.emit = new Emitter(layout.pageOffset);
    this.emit.queue = this.#noInstructions;
    this.frames = new FrameAllocator(layout.firstFree, layout.memoryPages);
    this.processes = processes.map((options, index) => new Process(index, options));
    this.initialProcesses = processes.length;
    this.accesses = this.#noAccesses;
    this.idle.stack = layout.stack;
    this.idle.directory = layout.swapperTop;
  }

  // ── Memory ────────────────────────────────────────────────────────────────────────────────────

  /** Takes a frame. Returns its gpa, or NO_MEMORY. */
  allocate(): GuestPhysical {
    return gpaOf(this.frames.allocate(0));
  }

  /** Emits what makes a frame, just taken, read as zeros. */
  clearFrame(gpa: GuestPhysical): void {
    const isZeros = this.zeroing === 'lazy' && this.frames.isFirstUse(gpa / PAGE_SIZE);
    if (!isZeros) this.emit.clearPage(gpa);
  }

  /** Takes two frames in a row, the first one even. Returns their gpa, or NO_MEMORY. */
  allocatePair(): GuestPhysical {
    return gpaOf(this.frames.allocate(1));
  }

  /** Gives back what `allocate` returned. */
  free(gpa: GuestPhysical): void {
    this.frames.free(gpa / PAGE_SIZE, 0);
  }

  /** Gives back what `allocatePair` returned. */
  freePair(gpa: GuestPhysical): void {
    this.frames.free(gpa / PAGE_SIZE, 1);
  }

  /** Takes the page of an entry from a process, and notes how it was used. */
  takePage({ counts }: Process, entry: number): void {
    if ((entry & Flag.accessed) !== 0) counts.accessedPagesSeen++;
    if ((entry & Flag.dirty) !== 0) counts.dirtyPagesSeen++;
    this.dropPage(pageOf(entry));
  }

  /** An entry that pointed to this page no longer does; the last one's page is free. */
  dropPage(gpa: GuestPhysical): void {
    if (!this.shares.drop(gpa / PAGE_SIZE)) this.free(gpa);
  }

  // ── Routines ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Calls a routine. A step returns what this returns: `after`, the step that goes on when the
   * routine has finished.
   */
  call(routine: Routine, locals: number[], after: Step): Step {
    this.context!.push(routine, locals);
    return after;
  }

  /** Lets the routine under way become another one, which its caller does not notice. */
  become(frame: Frame, routine: Routine, locals: number[]): Step {
    frame.routine = routine;
    frame.locals = locals;
    return routine.steps[0]!;
  }

  // ── Contexts and tasks ────────────────────────────────────────────────────────────────────────

  /**
   * Starts a context on top of the running one, with a routine to run in it.
   *
   * @param eip virtual address, a signed word
   */
  enter(eip: number, routine: Routine, locals: number[]): void {
    const context = this.#spare.pop() ?? new Context();
    context.eip = eip;
    context.push(routine, locals);
    this.task.contexts.push(context);
    this.focus();
  }

  /** Drops contexts that have executed their `iret`. */
  settle(): void {
    while (this.context?.isFinished === true) {
      this.recycle(this.task.contexts.pop()!);
      this.focus();
    }
  }

  /** Emits the `iret` that ends the running context. */
  leave(): void {
    this.emit.iret();
    this.context!.returning = true;
  }

  /** Makes the current task's topmost context the running one. */
  focus(): void {
    this.context = this.task.contexts.at(-1);
    this.emit.queue = this.context?.queue ?? this.#noInstructions;
  }

  /**
   * Goes over to another task: from here on, its contexts run. What the step that calls this has
   * emitted is dropped.
   */
  switchTo(next: Task): void {
    this.context!.queue.clear();
    this.#saveProcess();
    this.task = next;
    this.#loadProcess();
    this.focus();
  }

  /** The process whose task is current, or undefined when that is the idle task. */
  get process(): Process | undefined {
    return this.processes[this.task.id];
  }

  /** The task of a process, or the idle task. */
  taskOf(id: number): Task {
    return id === IDLE_TASK ? this.idle : this.processes[id]!;
  }

  /** Processes that can run. */
  get readyCount(): number {
    return this.processes.reduce((count, process) => count + (process.isReady ? 1 : 0), 0);
  }

  /** Whether a process sleeps: the timer has to go on. */
  get hasSleepers(): boolean {
    return this.processes.some((process) => !process.hasEnded && process.sleepTicks > 0);
  }

  /** Makes a process that is the current one's child; it has no memory yet. */
  addChild(pid: number): Process {
    const parent = this.process!;
    const name = `${parent.name}/${pid}`;
    const id = this.processes.length;
    const child = new Process(id, { name, pid, batchCapacity: parent.batchCapacity }, parent.id);
    child.inherit(parent, this.checksum);
    this.processes.push(child);
    this.events.push({ kind: 'process-started', process: id, parent: parent.id, pid });
    return child;
  }

  /** Ends a process as far as scheduling, its family and results are concerned. */
  end(process: Process, code: ExitCode): void {
    process.exitCode = code;
    this.events.push({ kind: 'process-ended', process: process.id, exit: exitOf(code) });
    this.watcher?.ended(process.id);
    mourn(this.processes, process);
  }

  /** Gives back the stack and the top level of a process that has ended; the rest is gone by now. */
  discard(process: Process): void {
    this.freePair(process.stack);
    this.free(process.directory);
    process.stack = 0;
    process.directory = 0;
    for (const context of process.contexts.splice(0)) this.recycle(context);
    process.releaseBatch();
  }

  /** A context that is no longer needed may be used again. */
  recycle(context: Context): void {
    context.clear();
    this.#spare.push(context);
  }

  // ── Registers and flags ───────────────────────────────────────────────────────────────────────

  /** A register's value during this step, unsigned. */
  register(index: RegisterIndex): number {
    return this.registers[index]! >>> 0;
  }

  /** Emits the store that turns interrupts on or off, as the paravirtual operations do. */
  setInterrupts(on: boolean): void {
    this.emit.store(this.layout.guestData + GuestData.irqEnabled, on ? INTERRUPT_FLAG : 0);
  }

  /** Finds `accesses` again after the current task was put back. */
  restoreFocus(): void {
    this.accesses = this.process?.batch ?? this.#noAccesses;
    this.focus();
  }

  #saveProcess(): void {
    const { process } = this;
    if (process === undefined) return;
    process.checksum = this.checksum;
    process.storeToken = this.storeToken;
    // It cannot do that itself: it was on its stack until now.
    if (process.hasEnded) this.discard(process);
  }

  #loadProcess(): void {
    const { process } = this;
    this.accesses = process?.batch ?? this.#noAccesses;
    if (process === undefined) return;
    this.checksum = process.checksum;
    this.storeToken = process.storeToken;
    process.counts.contextSwitches++;
  }
}

function gpaOf(frame: number): GuestPhysical {
  return frame === NO_GUEST_FRAME ? NO_MEMORY : frame * PAGE_SIZE;
}
