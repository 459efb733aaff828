// SPDX-License-Identifier: GPL-2.0-or-later
import type { VirtualClock } from '@lguest-sim/bus';
import type { HostActor } from './host-actor.js';
import type { HostScheduler } from './host-scheduler.js';
import { IndexedHeap } from './indexed-heap.js';

/**
 * Which host CPU is next: the one on which something happens first, of equal times the one with the
 * lowest number. An idle CPU that has nothing in its own queue and may steal comes after all others
 * of the same time; of several, the one that has been idle longest steals.
 *
 * It is told which CPUs changed and looks at those alone, so that the time it takes does not grow
 * with the CPUs and guests that have nothing to do. All that it knows it can find out anew
 * (`rebuild`), so it is no part of a run's state.
 */
export class Agenda {
  private readonly clock: VirtualClock;
  private readonly scheduler: HostScheduler;
  private readonly host: HostActor;
  /** CPUs in a guest, and idle ones with a queue of their own, by the time of what happens next. */
  private readonly due: IndexedHeap;
  /** Idle CPUs with an empty queue that may steal, by their clock. */
  private readonly thieves: IndexedHeap;

  constructor(options: { clock: VirtualClock; scheduler: HostScheduler; host: HostActor }) {
    const cpus = options.clock.now.length;
    this.clock = options.clock;
    this.scheduler = options.scheduler;
    this.host = options.host;
    this.due = new IndexedHeap(cpus);
    this.thieves = new IndexedHeap(cpus);
  }

  /** When something happens next on a CPU, in cycles; Infinity if nothing does. */
  get time(): number {
    const { firstKey } = this.due;
    return this.thieves.size === 0 ? firstKey : Math.min(firstKey, this.stealTime);
  }

  /** The CPU on which something happens next; only meaningful if `time` is not Infinity. */
  get cpu(): number {
    const { due, thieves } = this;
    return thieves.size > 0 && this.stealTime < due.firstKey ? thieves.first : due.first;
  }

  /** When something happens next on any CPU but `cpu`, which has to be in a guest; in cycles. */
  get timeOfOthers(): number {
    const { secondKey } = this.due;
    return this.thieves.size === 0 ? secondKey : Math.min(secondKey, this.stealTime);
  }

  /** Something has happened on a CPU; looks also at the CPUs whose guest or queue changed. */
  update(cpu: number): void {
    const { changed } = this.scheduler;
    this.look(cpu);
    if (changed.size === 0) return;
    for (const other of changed) this.look(other);
    changed.clear();
  }

  /** Looks at every CPU. */
  rebuild(): void {
    for (let cpu = 0; cpu < this.clock.now.length; cpu++) this.look(cpu);
    this.scheduler.changed.clear();
  }

  /** When the first thief steals; there has to be one. */
  private get stealTime(): number {
    return Math.max(this.thieves.firstKey, this.scheduler.earliestToSteal);
  }

  private look(cpu: number): void {
    const { scheduler, due, thieves } = this;
    const time = this.timeOf(cpu);
    if (time === Infinity) due.remove(cpu);
    else due.set(cpu, time);
    if (!scheduler.steals) return;
    const mayTake = time === Infinity && scheduler.isOnline(cpu);
    if (mayTake) thieves.set(cpu, this.clock.now[cpu]!);
    else thieves.remove(cpu);
  }

  private timeOf(cpu: number): number {
    if (this.host.idle[cpu]) return this.scheduler.nextStart(cpu);
    return this.scheduler.isOnline(cpu) ? this.clock.now[cpu]! : Infinity;
  }
}
