// SPDX-License-Identifier: GPL-2.0-or-later
import { hex, type HostMemory, type Pfn } from '@lguest-sim/x86';
import type { Reference } from '../format/result.js';

/**
 * Holds that every named frame is given beforehand. A trace speaks of a page as long as it lasts,
 * even when its last reference is gone or was dropped once too often; so no named frame may ever be
 * used again for another page.
 */
const KEPT = 2 ** 20;

/** A page whose references were miscounted. */
export interface Miscount {
  /** Name of the page, as traces have it. */
  readonly page: string;
  /** References held on it. */
  readonly holds: number;
  /** Present leaves, in all tables, that map it. */
  readonly leaves: number;
}

/**
 * The frames that a trace has names for, and the references held on them.
 *
 * Names come in the order of their rank, which is the order that the recorder wrote them in:
 * guest pages, the zero page, the text page, register pages, state pages.
 */
export class NamedFrames {
  private readonly host: HostMemory;
  private readonly names = new Map<Pfn, string>();
  private readonly ranks = new Map<Pfn, number>();
  /** Frames with a name, in the order in which they got it. */
  private readonly frames: Pfn[] = [];
  /** Holds on `frames[i]` when `changes` was last asked. */
  private readonly lastHolds: number[] = [];

  constructor(host: HostMemory) {
    this.host = host;
  }

  /** Gives a frame its name, for good. Holds count from here. */
  add(pfn: Pfn, name: string, rank: number): void {
    this.names.set(pfn, name);
    this.ranks.set(pfn, rank);
    this.frames.push(pfn);
    this.lastHolds.push(this.host.holds[pfn]! + KEPT);
    this.host.holds[pfn]! += KEPT;
  }

  /** A frame's name; one that has none is called by its number, which no trace does. */
  nameOf(pfn: Pfn): string {
    return this.names.get(pfn) ?? `frame ${hex(pfn)}`;
  }

  /** References held on a frame; below zero if more were dropped than taken. */
  holdsOf(pfn: Pfn): number {
    const holds = this.host.holds[pfn]!;
    return this.names.has(pfn) ? holds - KEPT : holds;
  }

  /**
   * Frames on which not as many references are held as there are leaves that map them.
   * @param mappings present leaves that map a frame, by page number
   */
  miscounted(mappings: Int32Array): readonly Miscount[] {
    const { holds } = this.host;
    const wrong = this.frames.filter((pfn) => holds[pfn]! - KEPT !== mappings[pfn]);
    return wrong.map((pfn) => ({
      page: this.nameOf(pfn),
      holds: this.holdsOf(pfn),
      leaves: mappings[pfn]!,
    }));
  }

  /** Frames whose references changed since this was last asked, with their new totals. */
  changes(): readonly Reference[] {
    const { frames, lastHolds } = this;
    const { holds } = this.host;
    const changed: Pfn[] = [];
    for (let i = 0; i < frames.length; i++) {
      const now = holds[frames[i]!]!;
      if (now !== lastHolds[i]) {
        lastHolds[i] = now;
        changed.push(frames[i]!);
      }
    }
    return this.references(changed);
  }

  /** Frames with references left, or dropped too often. */
  leftovers(): readonly Reference[] {
    return this.references(this.frames.filter((pfn) => this.holdsOf(pfn) !== 0));
  }

  private references(frames: Pfn[]): readonly Reference[] {
    if (frames.length > 1) frames.sort((a, b) => this.ranks.get(a)! - this.ranks.get(b)!);
    return frames.map((pfn) => [this.nameOf(pfn), this.holdsOf(pfn)]);
  }
}
