// SPDX-License-Identifier: GPL-2.0-or-later
import type { VirtualClock } from '@lguest-sim/bus';
import { RESCHEDULE_VECTOR, TIMER_VECTOR } from '@lguest-sim/cpu';
import { Agenda } from './agenda.js';
import type { FaultInjector } from './inject/fault-injector.js';
import type { HostActor, GuestTimer } from './host-actor.js';
import type { HostScheduler } from './host-scheduler.js';
import type { Plan, PlannedEvent } from './plan.js';

/** What the loop asks of a host CPU that is in a guest. */
export interface RunnableCpu {
  /**
   * Runs guest code up to the next exit, or until the CPU's clock reaches `until` cycles; that is an
   * interrupt with this vector.
   */
  run(until: number, vector: number): 'exit' | 'starved';
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

/** What a loop is made of. */
export interface RunLoopOptions {
  readonly cpus: readonly RunnableCpu[];
  readonly clock: VirtualClock;
  readonly scheduler: HostScheduler;
  readonly host: HostActor;
  readonly timer: GuestTimer;
  readonly plan: Plan;
  /** Lets planned faults happen. */
  readonly faults: Pick<FaultInjector, 'strike'>;
}

const progress: StepOutcome = { kind: 'progress' };
const reached: StepOutcome = { kind: 'reached' };
const finished: StepOutcome = { kind: 'finished' };

/**
 * Decides what happens next: always the thing with the smallest virtual time. Of equal times, what
 * was planned comes first, then the CPUs as `Agenda` says, then timers of halted guests as `Sleepers` says.
 *
 * A CPU in a guest takes two turns: first its guest runs, alone with its own memory, up to an exit;
 * then, when no other CPU is behind that time, the exit is delivered and the host handles it.
 *
 * As a rule what comes next is on the same CPU again: so the loop keeps until when that is so, and looks
 * around only then, or when a guest or a queue changed. It has no state that it could not find out anew.
 */
export class RunLoop {
  private readonly cpus: readonly RunnableCpu[];
  private readonly clock: VirtualClock;
  private readonly scheduler: HostScheduler;
  private readonly host: HostActor;
  private readonly timer: GuestTimer;
  private readonly plan: Plan;
  private readonly faults: RunLoopOptions['faults'];
  private readonly agenda: Agenda;
  /** The CPU that came first when the loop last looked around. */
  private cpu = 0;
  /** Up to this time, in cycles, nothing comes before that CPU. */
  private horizon = -Infinity;

  constructor(options: RunLoopOptions) {
    this.cpus = options.cpus;
    this.clock = options.clock;
    this.scheduler = options.scheduler;
    this.host = options.host;
    this.timer = options.timer;
    this.plan = options.plan;
    this.faults = options.faults;
    this.agenda = new Agenda(options);
  }

  /** To be called before the first step, and whenever something but a step has changed the run. */
  rebuild(): void {
    this.agenda.rebuild();
    this.horizon = -Infinity;
  }

  /** Virtual time of what happens next, in cycles; Infinity if nothing is left to happen. */
  get time(): number {
    this.rebuild();
    const next = Math.min(this.agenda.time, this.host.sleepers.firstTime);
    // What is planned for later, when all guests are gone, does not happen.
    return next === Infinity ? next : Math.min(next, this.plan.nextTime);
  }

  /** Lets the next thing happen, unless its virtual time is `until` cycles or more. */
  step(until = Infinity): StepOutcome {
    const { cpu } = this;
    const now = this.clock.now[cpu]!;
    return now < this.horizon && now < until ? this.advance(cpu, now) : this.look(until);
  }

  /** As `step`, after a look at all that could come next. */
  private look(until: number): StepOutcome {
    const { agenda, plan, host } = this;
    const { sleepers } = host;
    agenda.update(this.cpu);
    const { time, cpu } = agenda;
    const alarm = sleepers.firstTime;
    const planned = plan.nextTime;
    const next = Math.min(alarm, time);
    this.horizon = -Infinity;
    if (next === Infinity) return finished;
    if (next >= until && planned >= until) return reached;
    if (planned <= next) this.carryOut(plan.take());
    else if (alarm < time) host.wakeHalted(sleepers.first, alarm);
    else {
      this.cpu = cpu;
      if (!host.idle[cpu]) this.horizon = Math.min(alarm, planned, agenda.timeOfOthers);
      return this.advance(cpu, time);
    }
    return progress;
  }

  private carryOut(event: PlannedEvent): void {
    if (event.kind === 'fault') this.faults.strike(event.fault);
    else this.host.carryOut(event);
  }

  private advance(cpu: number, time: number): StepOutcome {
    const outcome = this.advanceCpu(cpu, time);
    if (this.scheduler.changed.size > 0) this.horizon = -Infinity;
    return outcome;
  }

  private advanceCpu(cpu: number, time: number): StepOutcome {
    const hostCpu = this.cpus[cpu]!;
    if (this.host.idle[cpu]) {
      this.host.startIdle(cpu, time);
      return progress;
    }
    if (hostCpu.atExit) {
      hostCpu.deliver();
      return progress;
    }
    const guest = this.scheduler.running[cpu]!;
    return this.runGuest(cpu, guest) === 'starved' ? { kind: 'starved', guest } : progress;
  }

  private runGuest(cpu: number, guest: number): 'exit' | 'starved' {
    const { scheduler } = this;
    const now = this.clock.now[cpu]!;
    const timer = Math.min(scheduler.sliceEnd[cpu]!, this.timer.deadline(guest));
    const stop = scheduler.isPreempted(cpu) ? now : this.plan.stopTime(cpu, guest);
    // The way in may have taken longer than the slice: one instruction runs all the same, or a guest
    // would never get on.
    const until = Math.max(Math.min(timer, stop), now + 1);
    return this.cpus[cpu]!.run(until, stop < timer ? RESCHEDULE_VECTOR : TIMER_VECTOR);
  }
}
