// SPDX-License-Identifier: GPL-2.0-or-later
import { privilegeOf, Register, USER_PRIVILEGE } from '@lguest-sim/abi';
import type { AccessBatch } from '@lguest-sim/trace';
import {
  hex,
  type GuestPhysical,
  type GuestVirtual,
  type InstructionQueue,
  type PagingFormat,
} from '@lguest-sim/x86';
import { KernelText } from './kernel-text.js';
import { Kernel, type KernelEvent } from './kernel.js';
import { kernelLayout, type KernelLayout } from './layout.js';
import type { MemoryWatcher } from './memory-watcher.js';
import type { ProcessOptions, ProcessResult } from './process.js';
import { bootLinear } from './routines/boot-linear.js';
import { routines } from './routines/index.js';
import { notePanic, panic } from './routines/panic.js';
import { trapEntry } from './routines/trap-entry.js';
import {
  restoreKernel,
  snapshotKernel,
  type GuestKernelSnapshot,
  type KernelSnapshot,
} from './snapshot.js';
import type { Zeroing } from './zeroing.js';

/** What a guest kernel is made of. */
export interface GuestKernelOptions {
  /** Format of its own page tables, the host’s too. */
  readonly format: PagingFormat;
  /** Guest memory in pages of 4096 bytes; all of it must fit the direct map (768 MiB by default). */
  readonly memoryPages: number;
  /** The kernel's virtual base; 0xc0000000 by default. */
  readonly kernelAddress?: GuestVirtual;
  /** How long a process runs before it is another's turn, in nanoseconds of the guest's clock. */
  readonly sliceNanoseconds?: number;
  /** How new pages of a process are made zeros; `eager` by default. */
  readonly zeroing?: Zeroing;
  /** Those that it starts with, at least one. */
  readonly processes: readonly ProcessOptions[];
  /** Is told what the processes do with their memory, if it is to be checked. */
  readonly watcher?: MemoryWatcher;
}

/** A process, as who feeds it sees it. */
export interface GuestProcess {
  /** What results call it. */
  readonly name: string;
  /** Tells which input a process wants that a fork has made. */
  readonly pid: number;
  /** Index of the process that forked it, or -1. */
  readonly parent: number;
  /** To be filled, from empty, when input is awaited; then call `supply`. */
  readonly batch: AccessBatch;
  /** Accesses that the batch holds. */
  readonly batchCapacity: number;
  /** Whether its batch is to be filled before it can go on. */
  readonly awaitsInput: boolean;
  /** Accesses that completed so far. */
  readonly accesses: number;
  /** Whether or not its trace has more. */
  readonly hasEnded: boolean;
  /** Neither ended nor blocked. */
  readonly isReady: boolean;
}

const DEFAULT_SLICE = 1_000_000;

/** What happened, as a rule. */
const nothing: readonly KernelEvent[] = [];

/** `int 0x80` with this in eax ends the process. */
const EXIT_GROUP = 252;

/**
 * The guest kernel: code for a CPU to run. It touches guest memory with nothing but the instructions
 * that it hands to its CPU.
 *
 * The CPU calls `resume` when it starts or resumes guest code, `advance` when the kernel's
 * instructions have been executed, and `atLimit` when the process's accesses have. How the kernel
 * knows where it is: while it runs, eip is an address of its own text. If eip is where the running
 * context left it, the CPU retries an instruction (the host repaired something, and the guest must
 * not notice). If it is a gate's stub, a trap starts a new context. After an `iret`, the context
 * below goes on.
 */
export class GuestKernel {
  /** Where everything is in guest memory. */
  readonly layout: KernelLayout;
  readonly #kernel: Kernel;

  /** @throws RangeError if memory or the kernel's address do not allow a kernel */
  constructor(options: GuestKernelOptions) {
    this.layout = kernelLayout(options.format, options.memoryPages, options.kernelAddress);
    this.#kernel = new Kernel(this.layout, new KernelText(this.layout.text, routines), {
      processes: options.processes,
      sliceNanoseconds: options.sliceNanoseconds ?? DEFAULT_SLICE,
      zeroing: options.zeroing ?? 'eager',
      watcher: options.watcher,
    });
  }

  /** Where the vCPU starts, a guest-physical address. */
  get start(): GuestPhysical {
    return this.layout.text;
  }

  // ── For the CPU ───────────────────────────────────────────────────────────────────────────────

  /** Accesses of the running process. */
  get accesses(): AccessBatch {
    return this.#kernel.accesses;
  }

  /** Instructions of the running kernel context. */
  get instructions(): InstructionQueue {
    return this.#kernel.emit.queue;
  }

  /** Who is told of each load and store of the running process. */
  get watcher(): MemoryWatcher | undefined {
    return this.#kernel.watcher;
  }

  /** Over everything that the running process's loads returned; a signed 32-bit number. */
  get checksum(): number {
    return this.#kernel.checksum;
  }

  set checksum(value: number) {
    this.#kernel.checksum = value;
  }

  /** The running process's count of stores, a signed 32-bit number. */
  get storeToken(): number {
    return this.#kernel.storeToken;
  }

  set storeToken(value: number) {
    this.#kernel.storeToken = value;
  }

  /**
   * The CPU starts or resumes guest code at eip and cs. Calling it again at the same place changes
   * nothing.
   *
   * @throws Error if the CPU is in user mode while the kernel has work under way
   */
  resume(registers: Int32Array): void {
    const kernel = this.#kernel;
    kernel.settle();
    const { context } = kernel;
    const eip = registers[Register.eip]!;
    if (privilegeOf(registers[Register.cs]!) === USER_PRIVILEGE) {
      if (context !== undefined)
        throw new Error(`user mode at ${hex(eip)}, kernel at ${hex(context.eip)}`);
    } else if (context?.eip !== eip) {
      this.#start(eip);
    }
  }

  /**
   * The kernel's instructions have been executed: puts the next ones in and sets eip.
   *
   * @returns false if there are none: the machine is switched off.
   */
  advance(registers: Int32Array): boolean {
    const kernel = this.#kernel;
    kernel.settle();
    kernel.registers = registers;
    while (kernel.emit.queue.isEmpty) if (!this.#step()) return false;
    return true;
  }

  /**
   * The running process has executed its accesses up to `accesses.limit`. Asking again changes
   * nothing: a system call is taken only when its trap arrives.
   *
   * @returns 'system-call' with eax set: the CPU does `int 0x80`; or 'starved'.
   * @throws Error if no process runs
   */
  atLimit(registers: Int32Array): 'system-call' | 'starved' {
    const { process } = this.#kernel;
    if (process === undefined) throw new Error('user mode without a process');
    const call = process.nextSystemCall;
    if (call === undefined && !process.inputEnded) {
      process.awaitInput();
      return 'starved';
    }
    registers[Register.eax] = call === undefined ? EXIT_GROUP : call.number;
    return 'system-call';
  }

  /** User mode walked the tables for this virtual page. */
  pageFilled(vpn: number): void {
    this.#kernel.process?.pages.add(vpn);
  }

  // ── For who feeds and watches it ──────────────────────────────────────────────────────────────

  /** Index of the current process, or -1 while the idle task has the CPU. */
  get running(): number {
    return this.#kernel.task.id;
  }

  /**
   * Index of the process that has a top-level table, or -1 if it is the kernel's own or nobody's.
   * @param directory gpa of the table
   */
  ownerOf(directory: GuestPhysical): number {
    const { task, processes } = this.#kernel;
    if (task.directory === directory) return task.id;
    return processes.findLastIndex((process) => process.directory === directory);
  }

  /** Processes there ever were: it grows when one forks. */
  get processCount(): number {
    return this.#kernel.processes.length;
  }

  /**
   * A process, by its index.
   * @throws RangeError if there is no such process
   */
  process(index: number): GuestProcess {
    return this.#process(index);
  }

  /**
   * The process's batch has been filled.
   *
   * @param ended nothing follows what is in the batch
   * @throws Error if the process was not waiting for input, so that its place in the batch is lost
   */
  supply(index: number, ended: boolean): void {
    const process = this.#process(index);
    if (!process.awaitsInput)
      throw new Error(`process ${index} (${process.name}): awaits no input`);
    process.supply(ended);
  }

  /** What each process did so far. */
  results(): ProcessResult[] {
    const { processes, process: current, checksum } = this.#kernel;
    return processes.map((process) =>
      process.result(process === current ? checksum : process.checksum),
    );
  }

  /** Guest frames that nothing uses. */
  get freeFrames(): number {
    return this.#kernel.frames.freeFrames;
  }

  /** Timer interrupts handled. */
  get timerInterrupts(): number {
    return this.#kernel.timerInterrupts;
  }

  /** What the kernel panicked with, or undefined. */
  get panicMessage(): string | undefined {
    return this.#kernel.panicMessage;
  }

  /** Routine and step under way (`page fault: map`), for people; undefined in user mode. */
  get place(): string | undefined {
    const { context, emit, text } = this.#kernel;
    return context && text.nameAt(emit.physical(context.eip));
  }

  /** What happened since the last call, in order. */
  takeEvents(): readonly KernelEvent[] {
    const { events } = this.#kernel;
    return events.length === 0 ? nothing : events.splice(0);
  }

  /** Everything in this kernel, as plain data; more than the fields that are declared. */
  snapshot(): GuestKernelSnapshot {
    return snapshotKernel(this.#kernel);
  }

  /**
   * Puts a snapshot back.
   * @throws RangeError if it is of a kernel with another memory or other processes
   */
  restore(snapshot: GuestKernelSnapshot): void {
    restoreKernel(this.#kernel, snapshot as KernelSnapshot);
  }

  /** New kernel code at eip: the machine's start, a trap, or something that cannot be. */
  #start(eip: number): void {
    const kernel = this.#kernel;
    const code = kernel.emit.physical(eip);
    const vector = kernel.text.vectorAt(code);
    if (code === kernel.text.entry && kernel.emit.linear) kernel.enter(eip, bootLinear, []);
    else if (vector !== undefined) kernel.enter(eip, trapEntry, [vector, 0]);
    else {
      // The frame that the `iret` popped was not what the kernel had put there.
      const message = `return to ${hex(eip)}, which is nowhere in the kernel`;
      kernel.enter(eip, panic, [notePanic(kernel, message)]);
    }
  }

  /** Runs the step that is due. Returns false if none is. */
  #step(): boolean {
    const kernel = this.#kernel;
    const { context } = kernel;
    const frame = context?.frames.at(-1);
    if (context === undefined || frame === undefined) return false;
    const { queue } = kernel.emit;
    kernel.results = queue.takeResults();
    queue.clear();
    const code = kernel.text.address(frame.routine, frame.step);
    kernel.emit.fetch(code);
    context.eip = kernel.emit.word(code);
    kernel.registers[Register.eip] = context.eip;
    const next = frame.routine.steps[frame.step]!(kernel, frame);
    if (next === undefined) context.frames.pop();
    else frame.step = frame.routine.indexAfter(frame.step, next);
    return true;
  }

  #process(index: number) {
    const process = this.#kernel.processes[index];
    if (process === undefined) throw new RangeError(`no process ${index} of ${this.processCount}`);
    return process;
  }
}
