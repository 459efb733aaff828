// SPDX-License-Identifier: GPL-2.0-or-later
import type { VirtualClock } from '@lguest-sim/bus';
import { IndexedHeap } from './indexed-heap.js';
import type { MigrationPolicy, PlacementView } from './migration-policy.js';
import { NONE, RunQueues, type RunQueuesSnapshot } from './run-queues.js';

/** A scheduler's state as plain data. */
export interface HostSchedulerSnapshot extends RunQueuesSnapshot {
  readonly online: readonly number[];
  readonly running: readonly number[];
  readonly preempted: readonly boolean[];
  readonly lastCpu: readonly number[];
  readonly scheduled: readonly number[];
  readonly sliceEnd: readonly number[];
  readonly migrations: readonly number[];
  readonly evacuations: number;
  /** The migration policy's; absent if that has none. */
  readonly policy?: unknown;
}

/** What a host's scheduler is made of. */
export interface HostSchedulerOptions {
  readonly cpus: number;
  readonly guests: number;
  /** Time slice in cycles. */
  readonly slice: number;
  readonly policy: MigrationPolicy;
  readonly clock: VirtualClock;
  readonly random: () => number;
}

/**
 * The host's scheduler: one first-in first-out queue of vCPUs for each host CPU, and a policy that
 * says which queue a vCPU joins. Guests have one vCPU each here, so a vCPU is named by its guest.
 */
export class HostScheduler {
  /** Host CPUs that are online, in ascending order. */
  readonly online: number[];
  /** Guest running on each CPU, or NONE. */
  readonly running: number[];
  /** When each CPU's time slice ends, in cycles. */
  readonly sliceEnd: number[];
  /** CPU each guest ran on last, or NONE. */
  readonly lastCpu: number[];
  /** For each guest the times it ran on another CPU than the time before. */
  readonly migrations: number[];
  /** Times a vCPU had to leave a CPU, or its queue, since that went offline. */
  evacuations = 0;
  /** CPUs of which the guest or the queue changed; whoever looks at it empties it. */
  readonly changed = new Set<number>();
  private readonly queues: RunQueues;
  /** Whether what runs on each CPU is to stop there as soon as it can. */
  private readonly preempted: boolean[];
  /** CPU that the schedule names for each guest. */
  private readonly scheduled: number[];
  /** Online CPUs by load. */
  private readonly loads: IndexedHeap;
  private readonly policy: MigrationPolicy;
  private readonly clock: VirtualClock;
  private readonly slice: number;
  private readonly view: PlacementView;

  constructor(options: HostSchedulerOptions) {
    const { cpus, guests, random } = options;
    this.policy = options.policy;
    this.clock = options.clock;
    this.slice = options.slice;
    this.online = Array.from({ length: cpus }, (_, cpu) => cpu);
    this.running = new Array<number>(cpus).fill(NONE);
    this.sliceEnd = new Array<number>(cpus).fill(0);
    this.preempted = new Array<boolean>(cpus).fill(false);
    this.lastCpu = new Array<number>(guests).fill(NONE);
    this.migrations = new Array<number>(guests).fill(0);
    this.scheduled = Array.from({ length: guests }, (_, guest) => guest % cpus);
    this.queues = new RunQueues(cpus, guests);
    this.loads = new IndexedHeap(cpus);
    for (const cpu of this.online) this.loads.set(cpu, 0);
    this.view = {
      online: this.online,
      load: (cpu) => this.load(cpu),
      idlest: () => this.loads.first,
      random,
      scheduled: (guest) => this.scheduled[guest]!,
    };
  }

  /** vCPUs on a CPU, running and waiting. */
  load(cpu: number): number {
    return this.queues.length(cpu) + (this.running[cpu] === NONE ? 0 : 1);
  }

  isOnline(cpu: number): boolean {
    return this.loads.has(cpu);
  }

  /** Whether what runs on a CPU is to stop there as soon as it can. */
  isPreempted(cpu: number): boolean {
    return this.preempted[cpu]!;
  }

  /** Whether an idle CPU with an empty queue may take from others. */
  get steals(): boolean {
    return this.policy.steals;
  }

  /** When an idle CPU with an empty queue could take something from another, in cycles. */
  get earliestToSteal(): number {
    return this.queues.earliestOfAll;
  }

  /** The online CPU that a guest belongs to while it sleeps: where it ran last, if it can be. */
  homeOf(guest: number): number {
    return this.allowed(this.lastCpu[guest]!);
  }

  /** A vCPU can run from `time` on: first time, or woken. Returns the CPU whose queue it joined. */
  wake(guest: number, time: number): number {
    const last = this.lastCpu[guest]!;
    const { policy, view } = this;
    const wanted = last === NONE ? policy.first(guest, view) : policy.woken(guest, last, view);
    return this.enqueue(guest, wanted, time);
  }

  /**
   * The vCPU that runs on `cpu` has been interrupted. While its slice lasts it goes on, unless it is
   * preempted; then it joins the queue that the policy names. Returns the guest to run on `cpu` now,
   * or NONE.
   */
  reschedule(cpu: number): number {
    const guest = this.running[cpu]!;
    const now = this.clock.now[cpu]!;
    if (now < this.sliceEnd[cpu]! && !this.preempted[cpu]) return guest;
    const next = this.policy.next(guest, cpu, this.view);
    this.leave(cpu);
    this.enqueue(guest, next, now);
    return this.pick(cpu);
  }

  /** The vCPU on `cpu` halted or died: it runs nowhere now. */
  leave(cpu: number): void {
    this.running[cpu] = NONE;
    this.preempted[cpu] = false;
    this.count(cpu);
  }

  /**
   * Time at which an idle CPU could start something of its own queue, in cycles; Infinity if nothing
   * waits there.
   */
  nextStart(cpu: number): number {
    return Math.max(this.queues.earliest(cpu), this.clock.now[cpu]!);
  }

  /**
   * Takes the first waiting vCPU that is ready at the CPU's time, and starts its slice; under a
   * policy that steals and with nothing in the own queue, that is one of another queue.
   * Returns the guest, or NONE if none is ready yet.
   */
  pick(cpu: number): number {
    const now = this.clock.now[cpu]!;
    const steal = this.policy.steals && this.queues.length(cpu) === 0;
    const guest = steal ? this.queues.toSteal(now) : this.queues.firstReady(cpu, now);
    if (guest === NONE) return NONE;
    this.dequeue(guest);
    this.running[cpu] = guest;
    this.sliceEnd[cpu] = now + this.slice;
    this.count(cpu);
    return guest;
  }

  /** Records on which CPU a guest runs. Returns the CPU it ran on before if that is another one. */
  place(guest: number, cpu: number): number {
    const from = this.lastCpu[guest]!;
    this.lastCpu[guest] = cpu;
    if (from === NONE || from === cpu) return NONE;
    this.migrations[guest]!++;
    return from;
  }

  /** The schedule names another CPU for a guest, at `time`. One that runs elsewhere is preempted. */
  reassign(guest: number, cpu: number, time: number): void {
    this.scheduled[guest] = cpu;
    const waits = this.queues.placeOf(guest);
    const wanted = this.allowed(cpu);
    if (waits !== NONE && waits !== wanted) {
      this.dequeue(guest);
      this.enqueue(guest, wanted, Math.max(time, this.queues.readyTime(guest)));
    }
    const runs = this.lastCpu[guest]!;
    if (runs !== NONE && runs !== wanted && this.running[runs] === guest) this.preempt(runs);
  }

  /** What runs on a CPU is to stop there as soon as it can. */
  preempt(cpu: number): void {
    this.preempted[cpu] = true;
  }

  /**
   * A CPU goes away: what runs on it or waits for it joins other queues, each vCPU that of the CPU
   * with the least to do then. There has to be another CPU online.
   */
  takeOffline(cpu: number): void {
    this.online.splice(this.online.indexOf(cpu), 1);
    this.loads.remove(cpu);
    const now = this.clock.now[cpu]!;
    const guest = this.running[cpu]!;
    this.leave(cpu);
    if (guest !== NONE) this.evacuate(guest, now);
    for (const waiting of this.queues.of(cpu)) {
      this.dequeue(waiting);
      this.evacuate(waiting, Math.max(now, this.queues.readyTime(waiting)));
    }
  }

  /** A CPU is there again. */
  bringOnline(cpu: number): void {
    this.online.push(cpu);
    this.online.sort((a, b) => a - b);
    this.loads.set(cpu, 0);
    this.changed.add(cpu);
  }

  snapshot(): HostSchedulerSnapshot {
    return {
      ...this.queues.snapshot(),
      online: [...this.online],
      running: [...this.running],
      preempted: [...this.preempted],
      lastCpu: [...this.lastCpu],
      scheduled: [...this.scheduled],
      sliceEnd: [...this.sliceEnd],
      migrations: [...this.migrations],
      evacuations: this.evacuations,
      ...(this.policy.snapshot && { policy: this.policy.snapshot() }),
    };
  }

  restore(snapshot: HostSchedulerSnapshot): void {
    const copy = <T>(to: T[], from: readonly T[]): void => void to.splice(0, to.length, ...from);
    this.queues.restore(snapshot);
    copy(this.online, snapshot.online);
    copy(this.running, snapshot.running);
    copy(this.preempted, snapshot.preempted);
    copy(this.lastCpu, snapshot.lastCpu);
    copy(this.scheduled, snapshot.scheduled);
    copy(this.sliceEnd, snapshot.sliceEnd);
    copy(this.migrations, snapshot.migrations);
    this.evacuations = snapshot.evacuations;
    this.policy.restore?.(snapshot.policy);
    this.loads.clear();
    for (const cpu of this.online) this.loads.set(cpu, this.load(cpu));
  }

  private evacuate(guest: number, time: number): void {
    this.evacuations++;
    this.enqueue(guest, this.loads.first, time);
  }

  private allowed(cpu: number): number {
    return this.isOnline(cpu) ? cpu : this.loads.first;
  }

  private enqueue(guest: number, wanted: number, time: number): number {
    const cpu = this.allowed(wanted);
    this.queues.add(guest, cpu, time);
    this.count(cpu);
    return cpu;
  }

  private dequeue(guest: number): void {
    const cpu = this.queues.placeOf(guest);
    this.queues.remove(guest);
    this.count(cpu);
  }

  private count(cpu: number): void {
    this.changed.add(cpu);
    if (this.isOnline(cpu)) this.loads.set(cpu, this.load(cpu));
  }
}
