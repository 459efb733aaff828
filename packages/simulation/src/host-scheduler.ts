// SPDX-License-Identifier: GPL-2.0-or-later
import type { VirtualClock } from '@lguest-sim/bus';
import { extremeCpu, type MigrationPolicy, type PlacementView } from './migration-policy.js';

/** No CPU, or no guest. */
export const NONE = -1;

/** A scheduler's state as plain data. */
export interface HostSchedulerSnapshot {
  readonly queues: readonly (readonly number[])[];
  readonly running: readonly number[];
  readonly readyAt: readonly number[];
  readonly lastCpu: readonly number[];
  readonly sliceEnd: readonly number[];
  readonly migrations: number;
}

/**
 * The host's scheduler: one first-in first-out queue of vCPUs for each host CPU, and a policy that
 * says which queue a vCPU joins. Guests have one vCPU each here, so a vCPU is named by its guest.
 */
export class HostScheduler {
  /** Guest running on each CPU, or NONE. */
  readonly running: number[];
  /** When each CPU's time slice ends, in cycles. */
  readonly sliceEnd: number[];
  /** CPU each guest ran on last, or NONE. */
  readonly lastCpu: number[];
  /** Times a guest ran on another CPU than the time before. */
  migrations = 0;
  private readonly queues: number[][];
  /** Time at which each guest became able to run, in cycles. */
  private readonly readyAt: number[];
  private readonly policy: MigrationPolicy;
  private readonly clock: VirtualClock;
  private readonly slice: number;
  private readonly view: PlacementView;

  constructor(options: {
    cpus: number;
    guests: number;
    slice: number;
    policy: MigrationPolicy;
    clock: VirtualClock;
    random: () => number;
  }) {
    const { cpus, guests } = options;
    this.policy = options.policy;
    this.clock = options.clock;
    this.slice = options.slice;
    this.running = new Array<number>(cpus).fill(NONE);
    this.sliceEnd = new Array<number>(cpus).fill(0);
    this.queues = Array.from({ length: cpus }, () => []);
    this.lastCpu = new Array<number>(guests).fill(NONE);
    this.readyAt = new Array<number>(guests).fill(0);
    this.view = { cpus, load: (cpu) => this.load(cpu), random: options.random };
  }

  /** vCPUs on a CPU, running and waiting. */
  load(cpu: number): number {
    return this.queues[cpu]!.length + (this.running[cpu] === NONE ? 0 : 1);
  }

  /** A vCPU can run from `time` on: first time, or woken. Returns the CPU whose queue it joined. */
  wake(guest: number, time: number): number {
    const last = this.lastCpu[guest]!;
    const cpu = last === NONE ? this.policy.first(guest, this.view) : last;
    this.enqueue(guest, cpu, time);
    return cpu;
  }

  /**
   * The vCPU that runs on `cpu` has been interrupted. While its slice lasts it goes on; then it
   * joins the queue that the policy names. Returns the guest to run on `cpu` now, or NONE.
   */
  reschedule(cpu: number): number {
    const guest = this.running[cpu]!;
    const now = this.clock.now[cpu]!;
    if (now < this.sliceEnd[cpu]!) return guest;
    const next = this.policy.next(guest, cpu, this.view);
    this.running[cpu] = NONE;
    this.enqueue(guest, next, now);
    return this.pick(cpu);
  }

  /** The vCPU on `cpu` halted or died: it runs nowhere now. */
  leave(cpu: number): void {
    this.running[cpu] = NONE;
  }

  /** Time at which an idle CPU could start something, in cycles; Infinity if nothing waits. */
  nextStart(cpu: number): number {
    const from = this.queueFor(cpu);
    let earliest = Infinity;
    for (const guest of from) earliest = Math.min(earliest, this.readyAt[guest]!);
    return earliest === Infinity ? earliest : Math.max(earliest, this.clock.now[cpu]!);
  }

  /**
   * Takes the first waiting vCPU that is ready at the CPU's time, and starts its slice.
   * Returns the guest, or NONE if none is ready yet.
   */
  pick(cpu: number): number {
    const queue = this.queueFor(cpu);
    const now = this.clock.now[cpu]!;
    const index = queue.findIndex((guest) => this.readyAt[guest]! <= now);
    if (index === -1) return NONE;
    const guest = queue.splice(index, 1)[0]!;
    this.running[cpu] = guest;
    this.sliceEnd[cpu] = now + this.slice;
    return guest;
  }

  /** Records on which CPU a guest runs. Returns the CPU it ran on before if that is another one. */
  place(guest: number, cpu: number): number {
    const from = this.lastCpu[guest]!;
    this.lastCpu[guest] = cpu;
    if (from === NONE || from === cpu) return NONE;
    this.migrations++;
    return from;
  }

  snapshot(): HostSchedulerSnapshot {
    return {
      queues: this.queues.map((queue) => [...queue]),
      running: [...this.running],
      readyAt: [...this.readyAt],
      lastCpu: [...this.lastCpu],
      sliceEnd: [...this.sliceEnd],
      migrations: this.migrations,
    };
  }

  restore(snapshot: HostSchedulerSnapshot): void {
    snapshot.queues.forEach((queue, cpu) => this.queues[cpu]!.splice(0, Infinity, ...queue));
    const copy = (to: number[], from: readonly number[]): void =>
      void to.splice(0, to.length, ...from);
    copy(this.running, snapshot.running);
    copy(this.readyAt, snapshot.readyAt);
    copy(this.lastCpu, snapshot.lastCpu);
    copy(this.sliceEnd, snapshot.sliceEnd);
    this.migrations = snapshot.migrations;
  }

  private enqueue(guest: number, cpu: number, time: number): void {
    this.readyAt[guest] = time;
    this.queues[cpu]!.push(guest);
  }

  /** The queue an idle CPU takes from: its own, or under a stealing policy the longest one. */
  private queueFor(cpu: number): number[] {
    const own = this.queues[cpu]!;
    if (own.length > 0 || !this.policy.steals) return own;
    const waiting = (c: number): number => this.queues[c]!.length;
    return this.queues[extremeCpu({ cpus: this.view.cpus, load: waiting }, (a, b) => a > b)]!;
  }
}
