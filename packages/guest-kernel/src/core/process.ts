// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch, type SystemCallEvent, type TraceEvent } from '@lguest-sim/trace';
import { exitOf, killReason, type ExitCode, type ProcessExit } from './exit-code.js';
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
}

/** What a process did. */
export interface ProcessResult {
  readonly name: string;
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
  /** Page faults that gave it a zero-filled frame. */
  readonly demandZeroFaults: number;
  /** Times that the kernel switched to it. */
  readonly contextSwitches: number;
}

/** A batch as plain data. */
interface BatchSnapshot {
  readonly addresses: Uint32Array;
  readonly info: Uint16Array;
  readonly events: readonly TraceEvent[];
  readonly position: number;
  readonly nextEvent: number;
}

/** A process as plain data. */
export interface ProcessSnapshot {
  readonly task: TaskSnapshot;
  readonly batch: BatchSnapshot;
  readonly awaitsInput: boolean;
  readonly inputEnded: boolean;
  readonly exitCode: number | null;
  readonly calledExit: boolean;
  readonly checksum: number;
  readonly storeToken: number;
  readonly accessesBefore: number;
  readonly pages: PageSetSnapshot;
  readonly systemCalls: readonly (readonly [name: string, count: number])[];
  readonly demandZeroFaults: number;
  readonly contextSwitches: number;
}

const exitCallNames: readonly string[] = ['exit', 'exit_group'];

/** A guest process: it executes the accesses of one trace. */
export class Process extends Task {
  readonly name: string;
  /** The accesses that it executes now; whoever reads the trace fills it when input is awaited. */
  readonly batch: AccessBatch;
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
  demandZeroFaults = 0;
  contextSwitches = 0;
  /** Its trace called exit or exit_group. */
  #calledExit = false;
  /** Accesses of the batches before this one; of this one too while input is awaited. */
  #accessesBefore = 0;
  readonly #systemCalls = new Map<string, number>();

  constructor(id: number, options: ProcessOptions) {
    super(id);
    this.name = options.name;
    this.batch = new AccessBatch(options.batchCapacity);
    this.storeToken = (options.storeToken ?? 0) | 0;
  }

  /** Whether it can be scheduled. */
  get isReady(): boolean {
    return this.exitCode === undefined;
  }

  get calledExit(): boolean {
    return this.#calledExit;
  }

  /** Accesses that completed so far. */
  get accesses(): number {
    return this.#accessesBefore + (this.awaitsInput ? 0 : this.batch.position);
  }

  /** The batch is used up: counts it, since it is overwritten next. */
  awaitInput(): void {
    if (this.awaitsInput) return;
    this.#accessesBefore += this.batch.position;
    this.awaitsInput = true;
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

  /** Counts the next system call and goes on behind it. Returns it, or undefined if there is none. */
  takeSystemCall(): SystemCallEvent | undefined {
    const event = this.nextSystemCall;
    if (event === undefined) return undefined;
    this.batch.nextEvent++;
    this.#skipResults();
    this.#systemCalls.set(event.name, (this.#systemCalls.get(event.name) ?? 0) + 1);
    if (exitCallNames.includes(event.name)) this.#calledExit = true;
    return event;
  }

  /** @param checksum of its loads: the kernel has the current one while it runs */
  result(checksum: number): ProcessResult {
    const code = this.exitCode;
    const reason = code === undefined ? undefined : killReason(code);
    return {
      name: this.name,
      status: code === undefined ? 'ready' : exitOf(code),
      ...(reason === undefined ? {} : { reason }),
      accesses: this.accesses,
      pagesTouched: this.pages.size,
      checksum,
      systemCalls: Object.fromEntries(this.#systemCalls),
      demandZeroFaults: this.demandZeroFaults,
      contextSwitches: this.contextSwitches,
    };
  }

  snapshot(): ProcessSnapshot {
    return {
      task: this.snapshotTask(),
      batch: snapshotBatch(this.batch),
      awaitsInput: this.awaitsInput,
      inputEnded: this.inputEnded,
      exitCode: this.exitCode ?? null,
      calledExit: this.#calledExit,
      checksum: this.checksum,
      storeToken: this.storeToken,
      accessesBefore: this.#accessesBefore,
      pages: this.pages.snapshot(),
      systemCalls: [...this.#systemCalls],
      demandZeroFaults: this.demandZeroFaults,
      contextSwitches: this.contextSwitches,
    };
  }

  restore(snapshot: ProcessSnapshot, find: (name: string) => Routine): void {
    this.restoreTask(snapshot.task, find);
    restoreBatch(this.batch, snapshot.batch);
    this.awaitsInput = snapshot.awaitsInput;
    this.inputEnded = snapshot.inputEnded;
    this.exitCode = (snapshot.exitCode ?? undefined) as ExitCode | undefined;
    this.#calledExit = snapshot.calledExit;
    this.checksum = snapshot.checksum;
    this.storeToken = snapshot.storeToken;
    this.#accessesBefore = snapshot.accessesBefore;
    this.pages.restore(snapshot.pages);
    this.#systemCalls.clear();
    for (const [name, count] of snapshot.systemCalls) this.#systemCalls.set(name, count);
    this.demandZeroFaults = snapshot.demandZeroFaults;
    this.contextSwitches = snapshot.contextSwitches;
  }

  // Outcomes of calls that blocked mean nothing to the machine: stopping for them would be for
  // nothing, and the batch stops at whatever `nextEvent` names.
  #skipResults(): void {
    const { batch } = this;
    while (batch.events[batch.nextEvent]?.kind === 'system-call-result') batch.nextEvent++;
  }
}

function snapshotBatch(batch: AccessBatch): BatchSnapshot {
  return {
    addresses: batch.addresses.slice(0, batch.length),
    info: batch.info.slice(0, batch.length),
    // Events are never changed, so sharing them is as good as copying.
    events: [...batch.events],
    position: batch.position,
    nextEvent: batch.nextEvent,
  };
}

function restoreBatch(batch: AccessBatch, snapshot: BatchSnapshot): void {
  batch.clear();
  batch.addresses.set(snapshot.addresses);
  batch.info.set(snapshot.info);
  batch.events.push(...snapshot.events);
  batch.length = snapshot.addresses.length;
  batch.position = snapshot.position;
  batch.nextEvent = snapshot.nextEvent;
}
