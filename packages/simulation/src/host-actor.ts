// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bus, Message, VirtualClock } from '@lguest-sim/bus';
import type { Subscription } from 'rxjs';
import { NONE, type HostScheduler } from './host-scheduler.js';

/** The timer a guest has set, in cycles of virtual time; Infinity while it is off. */
export interface GuestTimer {
  deadline(guest: number): number;
}

/** What the host actor remembers between messages, as plain data. */
export interface HostActorSnapshot {
  readonly idle: readonly boolean[];
  readonly idleCycles: readonly number[];
  readonly halted: readonly number[];
  readonly closed: readonly number[];
}

/** The timer interrupt line of a guest. */
const TIMER_IRQ = 0;

/** Joins the host scheduler to the bus: which vCPU runs on which host CPU, and who sleeps. */
export class HostActor {
  /** Whether each CPU has nothing to run. */
  readonly idle: boolean[];
  /** Cycles each CPU had nothing to run. */
  readonly idleCycles: number[];
  /** Guests whose vCPU sleeps until an interrupt. */
  readonly halted = new Set<number>();
  /** Guests that are gone. */
  readonly closed = new Set<number>();
  private readonly bus: Bus;
  private readonly clock: VirtualClock;
  private readonly scheduler: HostScheduler;
  private readonly timer: GuestTimer;
  private readonly subscriptions: Subscription[];
  /** Time of the event at hand, when it is later than the clock of the CPU it is charged to. */
  private eventTime = 0;

  constructor(options: {
    bus: Bus;
    clock: VirtualClock;
    scheduler: HostScheduler;
    timer: GuestTimer;
    cpus: number;
  }) {
    this.bus = options.bus;
    this.clock = options.clock;
    this.scheduler = options.scheduler;
    this.timer = options.timer;
    this.idle = new Array<boolean>(options.cpus).fill(false);
    this.idleCycles = new Array<number>(options.cpus).fill(0);
    const { bus } = this;
    this.subscriptions = [
      bus.handle('vcpu-runnable', 0, (message) => this.onRunnable(message)),
      bus.handle('reschedule', 0, (message) => this.onReschedule(message)),
      bus.handle('vcpu-halted', 0, (message) => this.onHalted(message)),
      bus.handle('guest-closed', 0, (message) => this.onClosed(message)),
    ];
  }

  /** The host has started: no CPU has anything to run yet. */
  start(): void {
    for (let cpu = 0; cpu < this.idle.length; cpu++) this.sleep(cpu);
  }

  /** Lets an idle CPU run the first vCPU that waits for it, at `time`. */
  startIdle(cpu: number, time: number): void {
    this.idleCycles[cpu]! += time - this.clock.now[cpu]!;
    this.clock.now[cpu] = time;
    this.runNext(cpu);
  }

  /** The timer of a halted guest goes off at `time`. */
  wakeHalted(guest: number, time: number): void {
    this.eventTime = time;
    this.raiseTimer(this.scheduler.lastCpu[guest]!, guest);
    this.eventTime = 0;
  }

  /** Ends all subscriptions. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  snapshot(): HostActorSnapshot {
    return {
      idle: [...this.idle],
      idleCycles: [...this.idleCycles],
      halted: [...this.halted],
      closed: [...this.closed],
    };
  }

  restore(snapshot: HostActorSnapshot): void {
    snapshot.idle.forEach((idle, cpu) => (this.idle[cpu] = idle));
    snapshot.idleCycles.forEach((cycles, cpu) => (this.idleCycles[cpu] = cycles));
    refill(this.halted, snapshot.halted);
    refill(this.closed, snapshot.closed);
  }

  private onRunnable({ cpu, guest }: Message<'vcpu-runnable'>): void {
    this.halted.delete(guest);
    this.scheduler.wake(guest, Math.max(this.clock.now[cpu]!, this.eventTime));
  }

  private onReschedule({ cpu, guest }: Message<'reschedule'>): void {
    if (this.timer.deadline(guest) <= this.clock.now[cpu]!) this.raiseTimer(cpu, guest);
    const next = this.scheduler.reschedule(cpu);
    if (next === NONE) this.sleep(cpu);
    else this.run(cpu, next);
  }

  private onHalted({ cpu, guest }: Message<'vcpu-halted'>): void {
    this.halted.add(guest);
    this.scheduler.leave(cpu);
    this.runNext(cpu);
  }

  private onClosed({ cpu, guest }: Message<'guest-closed'>): void {
    this.closed.add(guest);
    this.scheduler.leave(cpu);
    this.runNext(cpu);
  }

  private runNext(cpu: number): void {
    const guest = this.scheduler.pick(cpu);
    if (guest === NONE) this.sleep(cpu);
    else this.run(cpu, guest);
  }

  private run(cpu: number, guest: number): void {
    if (this.idle[cpu]) {
      this.idle[cpu] = false;
      this.bus.publish({ topic: 'cpu-wake', cpu, guest });
    }
    const from = this.scheduler.place(guest, cpu);
    if (from !== NONE) this.bus.publish({ topic: 'migrated', cpu, guest, from });
    this.bus.publish({ topic: 'run-vcpu', cpu, guest });
  }

  private sleep(cpu: number): void {
    if (this.idle[cpu]) return;
    this.idle[cpu] = true;
    this.bus.publish({ topic: 'cpu-idle', cpu, guest: NONE });
  }

  private raiseTimer(cpu: number, guest: number): void {
    this.bus.publish({ topic: 'interrupt', cpu, guest, irq: TIMER_IRQ });
  }
}

function refill(set: Set<number>, values: readonly number[]): void {
  set.clear();
  for (const value of values) set.add(value);
}
