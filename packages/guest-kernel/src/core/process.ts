// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch, DEFAULT_BATCH_CAPACITY, type SystemCallEvent } from '@lguest-sim/trace';
import type { GuestVirtual } from '@lguest-sim/x86';
import { Areas, type Area } from './areas.js';
import { restoreBatch, snapshotBatch, type BatchSnapshot } from './batch-snapshot.js';
import { exitOf, killReason, type ExitCode, type ProcessExit } from './exit-code.js';
import { NO_CHILD, NOBODY } from './family.js';
import { noCounts, type ProcessCounts } from './process-counts.js';
import { PageSet, type PageSetSnapshot } from './page-set.js';
import type { Routine } from './routine.js';
import { Task, type TaskSnapshot } from './task.js';

/** What a process runs, given when the kernel is made. */
export interface ProcessOptions {
  /** For results and messages: the trace's name. */
  readonly name: string;
  /** Accesses that its batch holds. */
  readonly batchCapacity?: number;
  /** Where its count of stores starts; an own one for each process tells their stores apart. */
  readonly storeToken?: number;
  /** Its process id; its index + 1 unless told otherwise. */
  readonly pid?: number;
}

/** What a process did. */
export interface ProcessResult extends Readonly<ProcessCounts> {
  /** What it is called: name of its trace. */
  readonly name: string;
  /** Process id in its trace. */
  readonly pid: number;
  /** Index of the process that forked it, or -1. */
  readonly parent: number;
  /** `ready` while it has not ended. */
  readonly status: 'ready' | ProcessExit;
  /** Why the guest killed it. */
  readonly reason?: string;
  /** Accesses that completed, kernel's not included. */
  readonly accesses: number;
  /** Distinct virtual pages among them. */
  readonly pagesTouched: number;
  /** Checksum over everything that its loads returned, a signed 32-bit number. */
  readonly checksum: number;
  /** System calls in its trace, by name. */
  readonly systemCalls: Readonly<Record<string, number>>;
}

/** A process as plain data. */
export interface ProcessSnapshot {
  readonly options: Required<ProcessOptions>;
  readonly parent: number;
  readonly reaper: number;
  readonly isReaped: boolean;
  readonly waitsFor: number;
  readonly sleepTicks: number;
  readonly areas: readonly Area[];
  readonly programBreak: number;
  readonly task: TaskSnapshot;
  /** Null if it has none: it has ended, or has not asked for input yet. */
  readonly batch: BatchSnapshot | null;
  readonly awaitsInput: boolean;
  readonly inputEnded: boolean;
  readonly exitCode: number | null;
  readonly calledExit: boolean;
  readonly checksum: number;
  readonly accessesBefore: number;
  readonly pages: PageSetSnapshot;
  readonly systemCalls: readonly (readonly [name: string, count: number])[];
  readonly counts: ProcessCounts;
}

/** Distance of the store counts of two processes, where each gets its own range. */
const TOKENS_PER_PROCESS = 2 ** 24;

/**
 * Where the store count of a process starts unless told otherwise, a signed 32-bit number: its index
 * in the highest byte, so that two processes never write the same word (up to 256 processes of 16
 * million stores).
 */
export function firstStoreToken(index: number): number {
  return (index * TOKENS_PER_PROCESS) | 0;
}

/** A guest process: it executes the accesses of one trace. */
export class Process extends Task {
  readonly name: string;
  readonly pid: number;
  /** Index of the process that forked it, or NOBODY. */
  readonly parent: number;
  /** Index of the process that may wait for it: its parent, as long as that lives. */
  reaper: number;
  /** It has ended, and nobody will ask for it any more. */
  isReaped = false;
  /** Process id of the child that it is blocked for, ANY_CHILD, or NO_CHILD if it is not. */
  waitsFor = NO_CHILD;
  /** Timer interrupts that it still sleeps for. */
  sleepTicks = 0;
  /** What its system calls said of its address space. */
  readonly areas = new Areas();
  /** The program break, or 0 while none is known. */
  programBreak: GuestVirtual = 0;
  /** Accesses that its batch holds. */
  readonly batchCapacity: number;
  /** The batch is used up (or was never filled), and the trace goes on. */
  awaitsInput = true;
  /** The trace has nothing beyond what the batch holds. */
  inputEnded = false;
  /** Undefined while it has not ended. */
  exitCode: ExitCode | undefined;
  /** Checksum of its loads and count of its stores while another process runs. */
  checksum = 0;
  storeToken: number;
  readonly pages = new PageSet();
  readonly counts = noCounts();
  /** Its trace called exit or exit_group. */
  #calledExit = false;
  /** Accesses of the batches before this one; of this one too while input is awaited. */
  #accessesBefore = 0;
  readonly #systemCalls = new Map<string, number>();
  /** There only while it is needed: 48 KiB, and thousands of processes may have been. */
  #batch: AccessBatch | undefined;

  constructor(id: number, options: ProcessOptions, parent = NOBODY) {
    super(id);
    this.name = options.name;
    this.pid = options.pid ?? id + 1;
    this.parent = parent;
    this.reaper = parent;
    this.batchCapacity = options.batchCapacity ?? DEFAULT_BATCH_CAPACITY;
    this.storeToken = (options.storeToken ?? firstStoreToken(id)) | 0;
  }

  /** The accesses that it executes now; whoever reads the trace fills it when input is awaited. */
  get batch(): AccessBatch {
    return (this.#batch ??= new AccessBatch(this.batchCapacity, { takesPackets: true }));
  }

  get hasEnded(): boolean {
    return this.exitCode !== undefined;
  }

  /** Whether it can be scheduled: it neither has ended, nor waits for a child, nor sleeps. */
  get isReady(): boolean {
    return !this.hasEnded && this.waitsFor === NO_CHILD && this.sleepTicks === 0;
  }

  /** Makes this process, not yet run, what a fork of `parent` gives; memory is not meant. */
  inherit(parent: Process, checksum: number): void {
    this.checksum = checksum;
    this.areas.restore(parent.areas.snapshot());
    this.programBreak = parent.programBreak;
  }

  /** Its address space was replaced by an empty one. */
  forgetMemory(): void {
    this.areas.clear();
    this.programBreak = 0;
  }

  get calledExit(): boolean {
    return this.#calledExit;
  }

  /** Accesses that completed so far. */
  get accesses(): number {
    return this.#accessesBefore + (this.awaitsInput ? 0 : (this.#batch?.position ?? 0));
  }

  /** The batch is used up: counts it, since it is overwritten next. */
  awaitInput(): void {
    if (this.awaitsInput) return;
    this.#accessesBefore += this.batch.position;
    this.awaitsInput = true;
  }

  /** It has ended, and the CPU is elsewhere: what it would have executed next is of no use. */
  releaseBatch(): void {
    this.awaitInput();
    this.#batch = undefined;
  }

  /** The batch was filled. `ended`: nothing follows it. */
  supply(ended: boolean): void {
    this.awaitsInput = false;
    this.inputEnded = ended;
    this.#skipResults();
  }

  /** The system call that stands before the next access, or undefined. */
  get nextSystemCall(): SystemCallEvent | undefined {
    const event = this.batch.events[this.batch.nextEvent];
    if (event?.kind !== 'system-call' || event.position > this.batch.position) return undefined;
    return event;
  }

  /** Counts the next system call, unless it continues the one before, and goes on behind it. Returns it, or undefined if there is none. */
  takeSystemCall(): SystemCallEvent | undefined {
    const event = this.nextSystemCall;
    if (event === undefined) return undefined;
    this.batch.nextEvent++;
    this.#skipResults();
    if (event.continued !== true) this.#countCall(event.name);
    if (isExit(event)) this.#calledExit = true;
    return event;
  }

  /** @param checksum of its loads: the kernel has the current one while it runs */
  result(checksum: number): ProcessResult {
    const code = this.exitCode;
    const reason = code === undefined ? undefined : killReason(code);
    return {
      name: this.name,
      pid: this.pid,
      parent: this.parent,
      status: code === undefined ? 'ready' : exitOf(code),
      ...(reason === undefined ? {} : { reason }),
      accesses: this.accesses,
      pagesTouched: this.pages.size,
      checksum,
      systemCalls: Object.fromEntries(this.#systemCalls),
      ...this.counts,
    };
  }

  snapshot(): ProcessSnapshot {
    const { name, pid, parent, storeToken } = this;
    return {
      options: { name, pid, storeToken, batchCapacity: this.batchCapacity },
      parent,
      reaper: this.reaper,
      isReaped: this.isReaped,
      waitsFor: this.waitsFor,
      sleepTicks: this.sleepTicks,
      areas: this.areas.snapshot(),
      programBreak: this.programBreak,
      task: this.snapshotTask(),
      batch: this.#batch === undefined ? null : snapshotBatch(this.#batch),
      awaitsInput: this.awaitsInput,
      inputEnded: this.inputEnded,
      exitCode: this.exitCode ?? null,
      calledExit: this.#calledExit,
      checksum: this.checksum,
      accessesBefore: this.#accessesBefore,
      pages: this.pages.snapshot(),
      systemCalls: [...this.#systemCalls],
      counts: { ...this.counts },
    };
  }

  restore(snapshot: ProcessSnapshot, find: (name: string) => Routine): void {
    this.reaper = snapshot.reaper;
    this.isReaped = snapshot.isReaped;
    this.waitsFor = snapshot.waitsFor;
    this.sleepTicks = snapshot.sleepTicks;
    this.areas.restore(snapshot.areas);
    this.programBreak = snapshot.programBreak;
    this.restoreTask(snapshot.task, find);
    this.#batch = undefined;
    if (snapshot.batch !== null) restoreBatch(this.batch, snapshot.batch);
    this.awaitsInput = snapshot.awaitsInput;
    this.inputEnded = snapshot.inputEnded;
    this.exitCode = (snapshot.exitCode ?? undefined) as ExitCode | undefined;
    this.#calledExit = snapshot.calledExit;
    this.checksum = snapshot.checksum;
    this.storeToken = snapshot.options.storeToken;
    this.#accessesBefore = snapshot.accessesBefore;
    this.pages.restore(snapshot.pages);
    this.#systemCalls.clear();
    for (const [name, count] of snapshot.systemCalls) this.#systemCalls.set(name, count);
    Object.assign(this.counts, snapshot.counts);
  }

  #countCall(name: string): void {
    this.#systemCalls.set(name, (this.#systemCalls.get(name) ?? 0) + 1);
  }

  // Outcomes of calls that blocked mean nothing to the machine: stopping for them would be for
  // nothing, and the batch stops at whatever `nextEvent` names.
  #skipResults(): void {
    const { batch } = this;
    while (batch.events[batch.nextEvent]?.kind === 'system-call-result') batch.nextEvent++;
  }
}

function isExit({ name, operation }: SystemCallEvent): boolean {
  return name === 'exit' || name === 'exit_group' || operation?.kind === 'exit';
}
