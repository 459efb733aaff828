// SPDX-License-Identifier: GPL-2.0-or-later
import { IndexedHeap } from './indexed-heap.js';

/** No CPU, or no guest. */
export const NONE = -1;

/** The queues as plain data. */
export interface RunQueuesSnapshot {
  /** For each host CPU the guests whose vCPU waits for it, in order. */
  readonly queues: readonly (readonly number[])[];
  /** For each guest when its vCPU last became able to run, in cycles. */
  readonly readyAt: readonly number[];
}

/**
 * The vCPUs that wait for a host CPU: one first-in first-out queue a CPU. CPUs' clocks differ, so a
 * vCPU can stand in a queue before it is ready by the clock of that CPU.
 */
export class RunQueues {
  private readonly queues: number[][];
  private readonly readyAt: number[];
  /** CPU in whose queue a guest stands, or NONE. */
  private readonly places: number[];
  /** Guests that stand in a queue, by the time at which they are ready. */
  private readonly waiting: IndexedHeap;
  /** CPUs by the length of their queue, the longest first. */
  private readonly backlogs: IndexedHeap;

  constructor(cpus: number, guests: number) {
    this.queues = Array.from({ length: cpus }, () => []);
    this.readyAt = new Array<number>(guests).fill(0);
    this.places = new Array<number>(guests).fill(NONE);
    this.waiting = new IndexedHeap(guests);
    this.backlogs = new IndexedHeap(cpus);
  }

  length(cpu: number): number {
    return this.queues[cpu]!.length;
  }

  /** The guests in a CPU's queue, in order; a copy. */
  of(cpu: number): readonly number[] {
    return [...this.queues[cpu]!];
  }

  /** CPU in whose queue a guest's vCPU stands, or NONE. */
  placeOf(guest: number): number {
    return this.places[guest]!;
  }

  /** When a guest's vCPU last became able to run, in cycles. */
  readyTime(guest: number): number {
    return this.readyAt[guest]!;
  }

  /** Puts a vCPU at the end of a queue; it is ready from `time` on. */
  add(guest: number, cpu: number, time: number): void {
    this.readyAt[guest] = time;
    this.queues[cpu]!.push(guest);
    this.enter(guest, cpu);
  }

  /** Takes a vCPU out of the queue that it stands in. */
  remove(guest: number): void {
    const cpu = this.places[guest]!;
    const queue = this.queues[cpu]!;
    queue.splice(queue.indexOf(guest), 1);
    this.places[guest] = NONE;
    this.waiting.remove(guest);
    this.weigh(cpu);
  }

  /** The first in a CPU's queue that is ready at a time, or NONE. */
  firstReady(cpu: number, now: number): number {
    return this.queues[cpu]!.find((guest) => this.readyAt[guest]! <= now) ?? NONE;
  }

  /** When the first vCPU of a CPU's queue becomes ready; Infinity if there is none. */
  earliest(cpu: number): number {
    return this.queues[cpu]!.reduce(
      (time, guest) => Math.min(time, this.readyAt[guest]!),
      Infinity,
    );
  }

  /** When the first vCPU of all queues becomes ready; Infinity if there is none. */
  get earliestOfAll(): number {
    return this.waiting.firstKey;
  }

  /**
   * The vCPU that an idle CPU steals at a time: the first that is ready in the longest queue (of equals the
   * CPU with the lowest number); if nobody is ready there, the one that is ready longest. Or NONE.
   */
  toSteal(now: number): number {
    if (this.waiting.firstKey > now) return NONE;
    const guest = this.firstReady(this.backlogs.first, now);
    return guest === NONE ? this.waiting.first : guest;
  }

  snapshot(): RunQueuesSnapshot {
    return { queues: this.queues.map((queue) => [...queue]), readyAt: [...this.readyAt] };
  }

  restore(snapshot: RunQueuesSnapshot): void {
    this.readyAt.splice(0, Infinity, ...snapshot.readyAt);
    this.places.fill(NONE);
    this.waiting.clear();
    this.backlogs.clear();
    for (const [cpu, queue] of snapshot.queues.entries()) {
      this.queues[cpu]!.splice(0, Infinity, ...queue);
      for (const guest of queue) this.enter(guest, cpu);
    }
  }

  private enter(guest: number, cpu: number): void {
    this.places[guest] = cpu;
    this.waiting.set(guest, this.readyAt[guest]!);
    this.weigh(cpu);
  }

  private weigh(cpu: number): void {
    const { length } = this.queues[cpu]!;
    if (length === 0) this.backlogs.remove(cpu);
    else this.backlogs.set(cpu, -length);
  }
}
