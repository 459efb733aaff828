// SPDX-License-Identifier: GPL-2.0-or-later
import type { MovedRegion, TraceTree } from '@lguest-sim/trace';
import type { GuestProgram } from './guest-program.js';
import { TraceFeed, type TraceFeedSnapshot } from './trace-feed.js';

/**
 * The feeds of all processes of one guest, in the order of the processes. The first ones are the
 * roots of the trees; a child that a fork has made takes after its parent's tree.
 */
export class GuestFeeds {
  private readonly trees: readonly TraceTree[];
  private readonly program: GuestProgram;
  private readonly feeds: TraceFeed[] = [];

  constructor(trees: readonly TraceTree[], program: GuestProgram) {
    this.trees = trees;
    this.program = program;
  }

  /** The feeds there are so far. */
  get all(): readonly TraceFeed[] {
    return this.feeds;
  }

  /** Regions of a process's trace that were moved below the guest kernel so far. */
  movedOf(process: number): readonly MovedRegion[] {
    return this.feeds[process]?.moved ?? [];
  }

  /** The feed of a process. */
  of(process: number): TraceFeed {
    while (this.feeds.length <= process) this.feeds.push(this.make(this.feeds.length));
    return this.feeds[process]!;
  }

  /**
   * Opens the roots' traces and fills their first batches, so that a bad trace is told before
   * anything runs.
   * @throws TraceError
   */
  async start(): Promise<void> {
    for (let process = 0; process < this.trees.length; process++) await this.of(process).fill();
  }

  /** Lets go of all traces. */
  async close(): Promise<void> {
    await Promise.all(this.feeds.map((feed) => feed.close()));
  }

  snapshot(): TraceFeedSnapshot[] {
    return this.feeds.map((feed) => feed.snapshot());
  }

  /** Puts a snapshot back; the kernel's has to be back already. */
  async restore(snapshots: readonly TraceFeedSnapshot[]): Promise<void> {
    await this.close();
    this.feeds.length = 0;
    for (const [process, snapshot] of snapshots.entries()) await this.of(process).restore(snapshot);
  }

  private make(process: number): TraceFeed {
    // Parents come before their children, so a parent's feed is there.
    const tree = this.trees[process] ?? this.feeds[this.program.process(process).parent]!.tree;
    return new TraceFeed(tree, this.program, process);
  }
}
