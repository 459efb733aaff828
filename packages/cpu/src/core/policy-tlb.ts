// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_MASK } from '@lguest-sim/x86';
import { Tlb, type TlbShape, type TlbSnapshot } from './tlb.js';
import type { TlbPolicy } from './tlb-policy.js';

/**
 * A set-associative TLB of which a policy says what goes.
 *
 * Loops look at the first place of a set only, and that has to answer. So here the places of a set
 * are not its ways: whatever was used last is put in the first place, in exchange for what was there,
 * and `wayAt` keeps which way each place stands for. A hit in the first place is one in the way that
 * was used last, and the policy does not hear of it.
 */
export class PolicyTlb extends Tlb {
  /** False: which entry goes is the policy’s choice. */
  override readonly isLru: boolean = false;
  private readonly policy: TlbPolicy;
  /** The way that each place stands for. */
  private readonly wayAt: Uint16Array;

  /** @throws RangeError as `Tlb` does */
  constructor(shape: TlbShape, policy: TlbPolicy) {
    super(shape);
    this.policy = policy;
    this.wayAt = Uint16Array.from({ length: shape.entries }, (_, place) => place % shape.ways);
  }

  /** Looks in the other ways of a set, and tells the policy of a hit. */
  override promote(slot: number, wanted: number, mask: number): boolean {
    const { tags, ways } = this;
    for (let place = slot + 1; place < slot + ways; place++) {
      if (((tags[place]! ^ wanted) & mask) === 0) {
        this.found(slot, place);
        return true;
      }
    }
    return false;
  }

  /** Puts a translation in the way that the policy chooses, or in an empty one. */
  override fill(address: number, rights: number, frame: number): void {
    const slot = this.slotOf(address);
    const place = this.wayOf(slot, address);
    if (this.tags[slot] === 0) this.noteFilled(slot);
    if (place >= 0) this.found(slot, place);
    else this.swap(slot, this.placeToFill(slot));
    this.tags[slot] = (address & PAGE_MASK) | rights;
    this.frames[slot] = frame;
    if (place < 0) this.policy.filled?.(slot / this.ways, this.wayAt[slot]!);
  }

  /** Lets go of a page’s translation. */
  override drop(address: number): void {
    const slot = this.slotOf(address);
    const place = this.wayOf(slot, address);
    if (place < 0) return;
    this.tags[place] = 0;
    this.policy.dropped?.(slot / this.ways, this.wayAt[place]!);
  }

  /** Lets go of everything; the policy is told. */
  override flush(): void {
    if (this.isEmpty) return;
    super.flush();
    this.policy.flushed?.();
  }

  /** Its state as plain data. */
  override snapshot(): TlbSnapshot {
    const state = this.policy.snapshot?.();
    const policy = { wayAt: this.wayAt.slice(), isEmpty: this.isEmpty, state };
    return { ...super.snapshot(), policy };
  }

  /** Puts back what `snapshot` returned. */
  override restore(snapshot: TlbSnapshot): void {
    const { policy } = snapshot;
    if (policy === undefined) {
      throw new RangeError('snapshot of an LRU TLB: expected one of a TLB with a policy');
    }
    super.restore(snapshot);
    this.wayAt.set(policy.wayAt);
    if (policy.isEmpty) super.flush();
    this.policy.restore?.(policy.state);
  }

  /** An entry is used: it comes first, and the policy hears of it unless it was first already. */
  private found(slot: number, place: number): void {
    if (place === slot) return;
    this.swap(slot, place);
    this.policy.hit?.(slot / this.ways, this.wayAt[slot]!);
  }

  /** Place of the empty way with the lowest number; if all are in use, of the one that is to go. */
  private placeToFill(slot: number): number {
    const { tags, ways, wayAt } = this;
    let empty = -1;
    for (let place = slot; place < slot + ways; place++) {
      if (tags[place] === 0 && (empty < 0 || wayAt[place]! < wayAt[empty]!)) empty = place;
    }
    return empty < 0 ? wayAt.indexOf(this.policy.victim(slot / ways), slot) : empty;
  }

  private swap(slot: number, place: number): void {
    const { tags, frames, wayAt } = this;
    [tags[slot], tags[place]] = [tags[place]!, tags[slot]!];
    [frames[slot], frames[place]] = [frames[place]!, frames[slot]!];
    [wayAt[slot], wayAt[place]] = [wayAt[place]!, wayAt[slot]!];
  }
}
