// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AccessBatch,
  type MovedRegion,
  type ProcessOperation,
  type SystemCallEvent,
  type TraceSource,
  type TraceTree,
} from '@lguest-sim/trace';
import type { GuestProgram } from './guest-program.js';

/** How far the trace of one process has been read. Reading is repeatable, so that is nearly all. */
export interface TraceFeedSnapshot {
  readonly batchesRead: number;
  /** Of a trace that was read to its end, what is still asked of it; it is not read again. */
  readonly ended?: EndedTrace;
}

/** What is left of a trace that was read to its end. */
interface EndedTrace {
  readonly moved: readonly MovedRegion[];
  readonly bytesRead: number;
  readonly totalBytes: number | undefined;
}

/**
 * Feeds the trace of one process of a guest. A fork of a child of which there is no trace is passed
 * over like any system call that changes nothing: the child would have nothing to do. Of a plain
 * trace every system call is.
 */
export class TraceFeed {
  /** The traces that the process and its relatives come from. */
  readonly tree: TraceTree;
  private readonly program: GuestProgram;
  private readonly process: number;
  private source: TraceSource | undefined;
  private ended: EndedTrace | undefined;
  private batchesRead = 0;

  constructor(tree: TraceTree, program: GuestProgram, process: number) {
    this.tree = tree;
    this.program = program;
    this.process = process;
  }

  /** Regions of the trace that were moved below the guest kernel so far. */
  get moved(): readonly MovedRegion[] {
    return (this.ended ?? this.source)?.moved ?? [];
  }

  /** Bytes of the trace read so far. */
  get bytesRead(): number {
    return (this.ended ?? this.source)?.bytesRead ?? 0;
  }

  /** Bytes of the trace, if known. */
  get totalBytes(): number | undefined {
    return (this.ended ?? this.source)?.totalBytes;
  }

  /**
   * Fills the process's batch with what comes next, from the trace's beginning the first time.
   * @throws TraceError
   */
  async fill(): Promise<void> {
    const { batch, pid } = this.program.process(this.process);
    this.source ??= await this.tree.open(pid);
    const more = await this.source.read(batch);
    this.batchesRead++;
    this.passOver(batch);
    if (!more) await this.end(this.source);
    this.program.supply(this.process, !more);
  }

  /** Lets go of the trace. */
  async close(): Promise<void> {
    await this.source?.close();
  }

  snapshot(): TraceFeedSnapshot {
    const { batchesRead, ended } = this;
    return { batchesRead, ...(ended && { ended }) };
  }

  /** Opens the trace and reads up to where a snapshot was taken; the batch is in the kernel's. */
  async restore(snapshot: TraceFeedSnapshot): Promise<void> {
    await this.close();
    this.source = undefined;
    this.batchesRead = snapshot.batchesRead;
    this.ended = snapshot.ended;
    if (this.batchesRead === 0 || this.ended !== undefined) return;
    const { batchCapacity, pid } = this.program.process(this.process);
    this.source = await this.tree.open(pid);
    const skipped = new AccessBatch(batchCapacity, { takesPackets: true });
    for (let read = 0; read < this.batchesRead; read++) await this.source.read(skipped);
  }

  private async end(source: TraceSource): Promise<void> {
    const { moved, bytesRead, totalBytes } = source;
    this.ended = { moved: [...moved], bytesRead, totalBytes };
    await source.close();
  }

  /** Takes the operation off system calls that are only to be counted. */
  private passOver({ events }: AccessBatch): void {
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'system-call' || event.operation === undefined) continue;
      if (this.isCarriedOut(event.operation)) continue;
      const call: { -readonly [K in keyof SystemCallEvent]: SystemCallEvent[K] } = { ...event };
      delete call.operation;
      events[index] = call;
    }
  }

  private isCarriedOut(operation: ProcessOperation): boolean {
    if (this.tree.callsOnlyCount === true) return false;
    return operation.kind !== 'fork' || this.tree.has(operation.child);
  }
}
