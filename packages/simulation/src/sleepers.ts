// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestTimer } from './host-actor.js';
import { IndexedHeap } from './indexed-heap.js';

/**
 * The guests whose vCPU sleeps until an interrupt, by the time at which their timer goes off; of
 * equal times the one that fell asleep first. A timer is set by its guest's own code, so it does not
 * change meanwhile.
 */
export class Sleepers {
  private readonly timer: GuestTimer;
  /** Those asleep, in the order in which they fell asleep. */
  private readonly guests = new Set<number>();
  private readonly byDeadline: IndexedHeap;
  /** Guests that fell asleep so far. */
  private count = 0;

  constructor(guests: number, timer: GuestTimer) {
    this.timer = timer;
    this.byDeadline = new IndexedHeap(guests);
  }

  /** The guest whose timer goes off first, or -1 if no timer is set. */
  get first(): number {
    return this.byDeadline.first;
  }

  /** When that is, in cycles; Infinity if no timer is set. */
  get firstTime(): number {
    return this.byDeadline.firstKey;
  }

  /** A guest falls asleep. */
  add(guest: number): void {
    this.guests.add(guest);
    const deadline = this.timer.deadline(guest);
    if (deadline !== Infinity) this.byDeadline.set(guest, deadline, this.count++);
  }

  /** A guest was woken, or never slept. */
  remove(guest: number): void {
    this.guests.delete(guest);
    this.byDeadline.remove(guest);
  }

  /** Those asleep, in the order in which they fell asleep. */
  snapshot(): readonly number[] {
    return [...this.guests];
  }

  /** Puts a snapshot back; the guests' timers have to be back already. */
  restore(guests: readonly number[]): void {
    this.guests.clear();
    this.byDeadline.clear();
    for (const guest of guests) this.add(guest);
  }
}
