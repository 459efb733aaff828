// SPDX-License-Identifier: GPL-2.0-or-later
import type { TlbPolicy, TlbShape } from '../../src/index.js';

interface Entry {
  page: number;
  rights: number;
}

/** The plainest TLB with a policy: entries stay in their ways, and what was used last is noted. */
export class PlainPolicyTlb {
  private readonly sets: (Entry | undefined)[][];
  private readonly last: number[];
  private isFlushed = true;
  private readonly policy: TlbPolicy;

  constructor({ entries, ways }: TlbShape, policy: TlbPolicy) {
    const count = entries / ways;
    this.policy = policy;
    this.sets = Array.from({ length: count }, () =>
      new Array<Entry | undefined>(ways).fill(undefined),
    );
    this.last = new Array<number>(count).fill(-1);
  }

  /** Frame of an access that hits: seven times its page. */
  play({ what, page, rights }: { what: string; page: number; rights: number }): number | undefined {
    const set = page % this.sets.length;
    const ways = this.sets[set]!;
    const way = ways.findIndex((entry) => entry?.page === page);
    if (what === 'flush') this.flush();
    else if (what === 'drop' && way >= 0) {
      ways[way] = undefined;
      this.policy.dropped?.(set, way);
    } else if (what === 'access' && way >= 0) {
      if (this.last[set] !== way) this.policy.hit?.(set, way);
      this.last[set] = way;
      const hits = (ways[way]!.rights & rights) === rights;
      if (!hits) ways[way]!.rights = rights;
      return hits ? page * 7 : undefined;
    } else if (what === 'access') this.fill(set, { page, rights });
    return undefined;
  }

  private fill(set: number, entry: Entry): void {
    const empty = this.sets[set]!.indexOf(undefined);
    const way = empty < 0 ? this.policy.victim(set) : empty;
    this.sets[set]![way] = entry;
    this.last[set] = way;
    this.isFlushed = false;
    this.policy.filled?.(set, way);
  }

  private flush(): void {
    for (const ways of this.sets) ways.fill(undefined);
    if (!this.isFlushed) this.policy.flushed?.();
    this.isFlushed = true;
  }
}
