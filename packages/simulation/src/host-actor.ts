// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bus, Message, VirtualClock } from '@lguest-sim/bus';
import type { Subscription } from 'rxjs';
import type { HostScheduler } from './host-scheduler.js';
import { NONE } from './run-queues.js';
import type { PlannedEvent } from './plan.js';
import { Sleepers } from './sleepers.js';

/** The timer a guest has set, in cycles of virtual time; Infinity while it is off. */
export interface GuestTimer {
  deadline(guest: number): number;
}

/** What the host actor remembers between messages, as plain data. */
export interface HostActorSnapshot {
  readonly idle: readonly boolean[];
  readonly leaving: readonly boolean[];
  readonly idleCycles: readonly number[];
  readonly offlineCycles: readonly number[];
  readonly timesOffline: readonly number[];
  readonly halted: readonly number[];
  readonly closed: readonly number[];
}

/** The timer interrupt line of a guest. */
const TIMER_IRQ = 0;

/** Joins the host scheduler to the bus: which vCPU runs on which host CPU, and who sleeps. */
export class HostActor {
  /** Whether each CPU is online and has nothing to run. */
  readonly idle: boolean[];
  /** Cycles each CPU had nothing to run. */
  readonly idleCycles: number[];
  /** Cycles each CPU was offline before it came back. */
  readonly offlineCycles: number[];
  /** Times each CPU went offline. */
  readonly timesOffline: number[];
  /** Guests whose vCPU sleeps until an interrupt. */
  readonly sleepers: Sleepers;
  /** Guests that are gone. */
  readonly closed = new Set<number>();
  private readonly bus: Bus;
  private readonly clock: VirtualClock;
  private readonly scheduler: HostScheduler;
  private readonly timer: GuestTimer;
  private readonly subscriptions: Subscription[];
  /** Whether each CPU goes offline as soon as its guest has exited. */
  private readonly leaving: boolean[];

  constructor(options: {
    bus: Bus;
    clock: VirtualClock;
    scheduler: HostScheduler;
    timer: GuestTimer;
    cpus: number;
    guests: number;
  }) {
    const { bus, cpus } = options;
    this.bus = bus;
    this.clock = options.clock;
    this.scheduler = options.scheduler;
    this.timer = options.timer;
    this.sleepers = new Sleepers(options.guests, options.timer);
    this.idle = new Array<boolean>(cpus).fill(false);
    this.leaving = new Array<boolean>(cpus).fill(false);
    this.idleCycles = new Array<number>(cpus).fill(0);
    this.offlineCycles = new Array<number>(cpus).fill(0);
    this.timesOffline = new Array<number>(cpus).fill(0);
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
    this.idleUntil(cpu, time);
    this.runNext(cpu);
  }

  /** The timer of a halted guest goes off at `time`, on the CPU that it belongs to. */
  wakeHalted(guest: number, time: number): void {
    const cpu = this.scheduler.homeOf(guest);
    if (this.idle[cpu]) this.idleUntil(cpu, time);
    this.raiseTimer(cpu, guest);
  }

  /** Lets happen what was planned for its time. */
  carryOut(event: Exclude<PlannedEvent, { kind: 'fault' }>): void {
    if (event.kind === 'move') this.scheduler.reassign(event.guest, event.cpu, event.at);
    else if (event.state === 'offline') this.takeOffline(event.cpu, event.at);
    else this.bringOnline(event.cpu, event.at);
  }

  /** Ends all subscriptions. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  snapshot(): HostActorSnapshot {
    return {
      idle: [...this.idle],
      leaving: [...this.leaving],
      idleCycles: [...this.idleCycles],
      offlineCycles: [...this.offlineCycles],
      timesOffline: [...this.timesOffline],
      halted: this.sleepers.snapshot(),
      closed: [...this.closed],
    };
  }

  /** Puts a snapshot back; the guests' timers have to be back already. */
  restore(snapshot: HostActorSnapshot): void {
    const { idle, leaving, idleCycles, offlineCycles, timesOffline } = snapshot;
    Object.assign(this.idle, idle);
    Object.assign(this.leaving, leaving);
    Object.assign(this.idleCycles, idleCycles);
    Object.assign(this.offlineCycles, offlineCycles);
    Object.assign(this.timesOffline, timesOffline);
    this.sleepers.restore(snapshot.halted);
    this.closed.clear();
    for (const guest of snapshot.closed) this.closed.add(guest);
  }

  private onRunnable({ cpu, guest }: Message<'vcpu-runnable'>): void {
    this.sleepers.remove(guest);
    this.scheduler.wake(guest, this.clock.now[cpu]!);
  }

  private onReschedule({ cpu, guest }: Message<'reschedule'>): void {
    if (this.timer.deadline(guest) <= this.clock.now[cpu]!) this.raiseTimer(cpu, guest);
    if (this.leaving[cpu]) return this.goOffline(cpu);
    const next = this.scheduler.reschedule(cpu);
    if (next === NONE) this.sleep(cpu);
    else this.run(cpu, next);
  }

  private onHalted({ cpu, guest }: Message<'vcpu-halted'>): void {
    this.sleepers.add(guest);
    this.scheduler.leave(cpu);
    this.runNext(cpu);
  }

  private onClosed({ cpu, guest }: Message<'guest-closed'>): void {
    this.closed.add(guest);
    this.scheduler.leave(cpu);
    this.runNext(cpu);
  }

  private runNext(cpu: number): void {
    if (this.leaving[cpu]) return this.goOffline(cpu);
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

  private idleUntil(cpu: number, time: number): void {
    const now = this.clock.now[cpu]!;
    if (time <= now) return;
    this.idleCycles[cpu]! += time - now;
    this.clock.now[cpu] = time;
    this.scheduler.changed.add(cpu);
  }

  /** A CPU whose guest runs has to let it exit first; an idle one goes at once. */
  private takeOffline(cpu: number, time: number): void {
    if (this.idle[cpu]) {
      this.idleUntil(cpu, time);
      return this.goOffline(cpu);
    }
    this.leaving[cpu] = true;
    this.scheduler.preempt(cpu);
  }

  private goOffline(cpu: number): void {
    this.leaving[cpu] = false;
    this.idle[cpu] = false;
    this.timesOffline[cpu]!++;
    this.bus.publish({ topic: 'cpu-offline', cpu, guest: NONE });
    this.scheduler.takeOffline(cpu);
  }

  private bringOnline(cpu: number, time: number): void {
    // Its guest has not exited since: it never went.
    if (this.leaving[cpu]) {
      this.leaving[cpu] = false;
      return;
    }
    const away = Math.max(0, time - this.clock.now[cpu]!);
    this.offlineCycles[cpu]! += away;
    this.clock.advance(cpu, away);
    this.scheduler.bringOnline(cpu);
    this.bus.publish({ topic: 'cpu-online', cpu, guest: NONE });
    this.sleep(cpu);
  }

  private raiseTimer(cpu: number, guest: number): void {
    this.bus.publish({ topic: 'interrupt', cpu, guest, irq: TIMER_IRQ });
  }
}
