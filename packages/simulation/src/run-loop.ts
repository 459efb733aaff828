// SPDX-License-Identifier: GPL-2.0-or-later
import type { VirtualClock } from '@lguest-sim/bus';
import type { HostActor, GuestTimer } from './host-actor.js';
import type { HostScheduler } from './host-scheduler.js';

/** What the loop asks of a host CPU that is in a guest. */
export interface RunnableCpu {
  /** Runs guest code up to the next exit, or until the CPU's clock reaches `until` cycles. */
  run(until: number): 'exit' | 'starved';
  /** Whether it stands at an exit that is not delivered yet. */
  readonly atExit: boolean;
  /** Publishes the messages of the exit that `run` stopped at. */
  deliver(): void;
}

/** What one step of the loop came to. */
export type StepOutcome =
  | { readonly kind: 'progress' }
  /** A guest's process needs input before virtual time can go on. */
  | { readonly kind: 'starved'; readonly guest: number }
  /** What comes next is not to happen yet. */
  | { readonly kind: 'reached' }
  /** Nothing is left to happen. */
  | { readonly kind: 'finished' };

const progress: StepOutcome = { kind: 'progress' };
const reached: StepOutcome = { kind: 'reached' };
const finished: StepOutcome = { kind: 'finished' };

/**
 * Decides what happens next: always the thing with the smallest virtual time, of equals the one on
 * the CPU with the lowest number, timers of halted guests last.
 *
 * A CPU in a guest takes two turns: first its guest runs, alone with its own memory, up to an exit;
 * then, when no other CPU is behind that time, the exit is delivered and the host handles it. The
 * loop itself has no state.
 */
export class RunLoop {
  private readonly cpus: readonly RunnableCpu[];
  private readonly clock: VirtualClock;
  private readonly scheduler: HostScheduler;
  private readonly host: HostActor;
  private readonly timer: GuestTimer;

  constructor(options: {
    cpus: readonly RunnableCpu[];
    clock: VirtualClock;
    scheduler: HostScheduler;
    host: HostActor;
    timer: GuestTimer;
  }) {
    this.cpus = options.cpus;
    this.clock = options.clock;
    this.scheduler = options.scheduler;
    this.host = options.host;
    this.timer = options.timer;
  }

  /** Virtual time of what happens next, in cycles; Infinity if nothing is left to happen. */
  get time(): number {
    const cpu = this.nextCpu();
    return Math.min(cpu === -1 ? Infinity : this.timeOf(cpu), this.deadlineOf(this.firstSleeper()));
  }

  /** Lets the next thing happen, unless its virtual time is `until` cycles or more. */
  step(until = Infinity): StepOutcome {
    const cpu = this.nextCpu();
    const time = cpu === -1 ? Infinity : this.timeOf(cpu);
    const sleeper = this.firstSleeper();
    const deadline = this.deadlineOf(sleeper);
    if (time === Infinity && deadline === Infinity) return finished;
    if (time >= until && deadline >= until) return reached;
    if (deadline < time) {
      this.host.wakeHalted(sleeper, deadline);
      return progress;
    }
    if (!this.host.idle[cpu]) return this.advance(cpu);
    this.host.startIdle(cpu, time);
    return progress;
  }

  private advance(cpu: number): StepOutcome {
    const hostCpu = this.cpus[cpu]!;
    if (hostCpu.atExit) {
      hostCpu.deliver();
      return progress;
    }
    const guest = this.scheduler.running[cpu]!;
    const end = Math.min(this.scheduler.sliceEnd[cpu]!, this.timer.deadline(guest));
    // The way in may have taken longer than the slice: one instruction runs all the same, or a guest
    // would never get on.
    const until = Math.max(end, this.clock.now[cpu]! + 1);
    return hostCpu.run(until) === 'starved' ? { kind: 'starved', guest } : progress;
  }

  private nextCpu(): number {
    let next = -1;
    let smallest = Infinity;
    for (let cpu = 0; cpu < this.cpus.length; cpu++) {
      const time = this.timeOf(cpu);
      if (time < smallest) {
        smallest = time;
        next = cpu;
      }
    }
    return next;
  }

  private timeOf(cpu: number): number {
    return this.host.idle[cpu] ? this.scheduler.nextStart(cpu) : this.clock.now[cpu]!;
  }

  private deadlineOf(sleeper: number): number {
    return sleeper === -1 ? Infinity : this.timer.deadline(sleeper);
  }

  private firstSleeper(): number {
    let first = -1;
    for (const guest of this.host.halted) {
      const deadline = this.timer.deadline(guest);
      if (deadline !== Infinity && (first === -1 || deadline < this.timer.deadline(first))) {
        first = guest;
      }
    }
    return first;
  }
}
