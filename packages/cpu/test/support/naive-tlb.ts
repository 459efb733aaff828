// SPDX-License-Identifier: GPL-2.0-or-later
import type { TlbShape } from '../../src/index.js';

export interface NaiveEntry {
  readonly page: number;
  readonly rights: number;
  readonly frame: number;
  /** Whether a user access has used it. */
  seen: boolean;
}

/** The plainest model of a set-associative LRU TLB: per set a list, most recent first. */
export class NaiveTlb {
  private readonly sets: NaiveEntry[][];
  private readonly ways: number;

  constructor({ entries, ways }: TlbShape) {
    this.ways = ways;
    this.sets = Array.from({ length: entries / ways }, () => []);
  }

  lookUp(page: number, need: number): NaiveEntry | undefined {
    const set = this.setOf(page);
    const at = set.findIndex((entry) => entry.page === page && (entry.rights & need) === need);
    if (at < 0) return undefined;
    const [entry] = set.splice(at, 1);
    set.unshift(entry!);
    return entry;
  }

  fill(page: number, rights: number, frame: number): NaiveEntry {
    this.drop(page);
    const entry = { page, rights, frame, seen: false };
    const set = this.setOf(page);
    set.unshift(entry);
    set.splice(this.ways);
    return entry;
  }

  drop(page: number): void {
    const set = this.setOf(page);
    const at = set.findIndex((entry) => entry.page === page);
    if (at >= 0) set.splice(at, 1);
  }

  flush(): void {
    for (const set of this.sets) set.length = 0;
  }

  private setOf(page: number): NaiveEntry[] {
    return this.sets[page % this.sets.length]!;
  }
}
