// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestKernel } from '@lguest-sim/guest-kernel';
import { AccessBatch, type MovedRegion, type TraceSource } from '@lguest-sim/trace';

/** A trace that can be opened as often as there are processes to run it. */
export interface TraceInput {
  /** For results and messages. */
  readonly name: string;
  /** Opens the trace at its beginning. */
  open(): Promise<TraceSource>;
}

/** How far the trace of one process has been read; reading is repeatable, so that is all. */
export interface TraceFeedSnapshot {
  readonly batchesRead: number;
}

/** Feeds one trace to one process of a guest. */
export class TraceFeed {
  private readonly input: TraceInput;
  private readonly kernel: GuestKernel;
  private readonly process: number;
  private source: TraceSource | undefined;
  private batchesRead = 0;

  constructor(input: TraceInput, kernel: GuestKernel, process: number) {
    this.input = input;
    this.kernel = kernel;
    this.process = process;
  }

  /** Regions of the trace that were moved below the guest kernel so far. */
  get moved(): readonly MovedRegion[] {
    return this.source?.moved ?? [];
  }

  /** Bytes of the trace read so far. */
  get bytesRead(): number {
    return this.source?.bytesRead ?? 0;
  }

  /** Bytes of the trace, if known. */
  get totalBytes(): number | undefined {
    return this.source?.totalBytes;
  }

  /**
   * Opens the trace and fills the process's first batch, so that a bad trace is told before
   * anything runs.
   * @throws TraceError
   */
  async start(): Promise<void> {
    this.source = await this.input.open();
    await this.fill();
  }

  /** Fills the process's batch with what comes next. */
  async fill(): Promise<void> {
    const { batch } = this.kernel.process(this.process);
    const more = await this.source!.read(batch);
    this.batchesRead++;
    this.kernel.supply(this.process, !more);
  }

  /** Lets go of the trace. */
  async close(): Promise<void> {
    await this.source?.close();
  }

  snapshot(): TraceFeedSnapshot {
    return { batchesRead: this.batchesRead };
  }

  /** Opens the trace and reads up to where a snapshot was taken; the batch is in the kernel's. */
  async restore(snapshot: TraceFeedSnapshot): Promise<void> {
    await this.close();
    this.source = await this.input.open();
    const skipped = new AccessBatch(this.kernel.process(this.process).batch.capacity);
    for (let batch = 0; batch < snapshot.batchesRead; batch++) await this.source.read(skipped);
    this.batchesRead = snapshot.batchesRead;
  }
}
