// SPDX-License-Identifier: GPL-2.0-or-later

import type { MachineFault } from './inject/injection.js';

/** A host CPU goes offline, or comes back. */
export interface HotplugEntry {
  /** When, in cycles of virtual time. */
  readonly at: number;
  /** Number of the host CPU. */
  readonly cpu: number;
  /** What it is from then on. */
  readonly state: HotplugState;
}

/** Every `HotplugState`. */
export const hotplugStates = ['offline', 'online'] as const;
/** Whether a host CPU goes offline or comes back. */
export type HotplugState = (typeof hotplugStates)[number];

/** From a time on, a guest's vCPU runs on a host CPU. */
export interface ScheduleEntry {
  /** When, in cycles of virtual time. */
  readonly at: number;
  /** Number of the guest. */
  readonly guest: number;
  /** Number of the host CPU that its vCPU is to run on from then on. */
  readonly cpu: number;
}

/** What a plan holds. */
export type PlannedEvent =
  | ({ readonly kind: 'hotplug' } & HotplugEntry)
  | ({ readonly kind: 'move' } & ScheduleEntry)
  /** Something breaks, since somebody wants to see what comes of it. */
  | { readonly kind: 'fault'; readonly at: number; readonly fault: MachineFault };

/**
 * What was settled before the run began: CPUs that go and come, vCPUs that move, faults. In the order
 * of time; of equal times CPUs first, and then as listed.
 */
export class Plan {
  private readonly events: readonly PlannedEvent[];
  /** For each CPU the times that are still to come at which it goes offline, the next one last. */
  private readonly departures: readonly number[][];
  /** For each guest the times that are still to come at which it moves, the next one last. */
  private readonly moves: readonly number[][];
  /** Events taken. */
  private position = 0;
  /** When the next event happens: looked at before each step, so it is at hand. */
  private next = Infinity;

  constructor(options: {
    cpus: number;
    guests: number;
    hotplug: readonly HotplugEntry[];
    schedule: readonly ScheduleEntry[];
    faults?: readonly MachineFault[];
  }) {
    const hotplug = options.hotplug.map((entry): PlannedEvent => ({ kind: 'hotplug', ...entry }));
    const moves = options.schedule.map((entry): PlannedEvent => ({ kind: 'move', ...entry }));
    const faults = (options.faults ?? []).map((fault): PlannedEvent => {
      return { kind: 'fault', at: fault.at, fault };
    });
    this.events = [...hotplug, ...moves, ...faults].sort((a, b) => a.at - b.at);
    this.departures = Array.from({ length: options.cpus }, () => []);
    this.moves = Array.from({ length: options.guests }, () => []);
    this.collect();
  }

  /** When the next event happens, in cycles; Infinity if there is none. */
  get nextTime(): number {
    return this.next;
  }

  /**
   * When what runs there has to stop for an event: the CPU goes offline, or the guest moves. In
   * cycles; Infinity if there is none.
   */
  stopTime(cpu: number, guest: number): number {
    if (this.next === Infinity) return Infinity;
    const departure = this.departures[cpu]!.at(-1) ?? Infinity;
    return Math.min(departure, this.moves[guest]!.at(-1) ?? Infinity);
  }

  /** Takes the next event; there has to be one. */
  take(): PlannedEvent {
    const event = this.events[this.position++]!;
    this.findNext();
    this.timesOf(event)?.pop();
    return event;
  }

  snapshot(): number {
    return this.position;
  }

  restore(position: number): void {
    this.position = position;
    this.collect();
  }

  private findNext(): void {
    this.next = this.events[this.position]?.at ?? Infinity;
  }

  private collect(): void {
    this.findNext();
    for (const times of [...this.departures, ...this.moves]) times.length = 0;
    for (const event of this.events.slice(this.position).reverse()) {
      this.timesOf(event)?.push(event.at);
    }
  }

  private timesOf(event: PlannedEvent): number[] | undefined {
    if (event.kind === 'fault') return undefined;
    if (event.kind === 'move') return this.moves[event.guest];
    return event.state === 'offline' ? this.departures[event.cpu] : undefined;
  }
}
