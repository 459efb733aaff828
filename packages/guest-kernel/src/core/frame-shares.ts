// SPDX-License-Identifier: GPL-2.0-or-later
import type { Pfn } from '@lguest-sim/x86';

/** Frames with more than one owner, and how many more. */
export type FrameSharesSnapshot = readonly (readonly [frame: Pfn, more: number])[];

/**
 * How many page-table entries share a frame beyond the first (Linux's `_mapcount`, which also counts
 * from one less): what decides at a copy-on-write fault whether the page has to be copied.
 */
export class FrameShares {
  readonly #more = new Map<Pfn, number>();

  /** Whether more than one entry points to the frame. */
  isShared(frame: Pfn): boolean {
    return this.#more.has(frame);
  }

  /** One entry more points to the frame. */
  add(frame: Pfn): void {
    this.#more.set(frame, (this.#more.get(frame) ?? 0) + 1);
  }

  /** One entry less points to the frame. Returns false if that was the only one. */
  drop(frame: Pfn): boolean {
    const more = this.#more.get(frame);
    if (more === undefined) return false;
    if (more === 1) this.#more.delete(frame);
    else this.#more.set(frame, more - 1);
    return true;
  }

  snapshot(): FrameSharesSnapshot {
    return [...this.#more].sort(([a], [b]) => a - b);
  }

  restore(snapshot: FrameSharesSnapshot): void {
    this.#more.clear();
    for (const [frame, more] of snapshot) this.#more.set(frame, more);
  }
}
