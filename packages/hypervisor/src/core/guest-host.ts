// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical } from '@lguest-sim/x86';
import { silentListener, type GuestListener } from './interfaces.js';

/** How a guest's life ended: the host killed it, or it asked to be switched off or restarted. */
export type GuestEnd = 'killed' | 'power-off' | 'restart';

/** Where the worked examples (facts sheet, section 11) have the Launcher's mapping. */
export const DEFAULT_MEMORY_BASE = 0x30001000;

/** Reason of a guest for which the host has no memory: what the Launcher's write would return. */
export const OUT_OF_MEMORY = '-ENOMEM';

/** Reason of a guest that asked to be restarted: what the Launcher's read would return. */
export const RESTART = '-ERESTART';

/** `lguest_data` of a guest that has not announced it. */
const NO_DATA = -1;

/** A guest's state in the host as plain data. */
export interface GuestHostSnapshot {
  /** First guest page number that is forbidden. */
  readonly pages: number;
  /** Guest-physical address of `struct lguest_data`, or -1. */
  readonly dataAddress: number;
  /** First code address in which no interrupt may be delivered. */
  readonly noirqStart: number;
  /** First code address behind these. */
  readonly noirqEnd: number;
  /** Why the guest is dead, or null. */
  readonly reason: string | null;
  /** How its life ended, or null. */
  readonly end: GuestEnd | null;
}

/**
 * What the host knows of one guest: the run loop's part of the original's `struct lguest`. The
 * shadow MMU has the other part (tables, kernel address, stack pages).
 */
export class GuestHost {
  /** Address of guest-physical 0 in the Launcher, in bytes; it appears in one kill reason. */
  readonly memoryBase: number;
  /** Who is told what happens to the guest. */
  listener: GuestListener = silentListener;
  /** First guest page number that is forbidden (`pfn_limit`). */
  pages = 0;
  /** Guest-physical address of `struct lguest_data`, or -1 before LGUEST_INIT. */
  dataAddress: GuestPhysical = NO_DATA;
  /** Code addresses in which no interrupt may be delivered: start included, end not. */
  noirqStart = 0;
  /** First code address behind these. */
  noirqEnd = 0;
  private deathReason: string | null = null;
  private ending: GuestEnd | null = null;

  constructor(options: { memoryBase?: number } = {}) {
    this.memoryBase = options.memoryBase ?? DEFAULT_MEMORY_BASE;
  }

  /** Whether LGUEST_INIT has told where `struct lguest_data` is. */
  get hasData(): boolean {
    return this.dataAddress !== NO_DATA;
  }

  /** Whether the guest may never be entered again. */
  get dead(): boolean {
    return this.ending !== null;
  }

  /** Why the guest is dead, or null. */
  get reason(): string | null {
    return this.deathReason;
  }

  /** How the guest's life ended, or null. */
  get end(): GuestEnd | null {
    return this.ending;
  }

  /**
   * Records why the guest has to die. Only the first reason counts; whoever calls this goes on as if
   * nothing had happened, and the run loop notices. Source: `kill_guest`, facts sheet, section 1.7.
   */
  kill(reason: string): void {
    if (this.dead) return;
    this.deathReason = reason;
    this.ending = 'killed';
    this.listener.killed(reason);
  }

  /** The guest switches itself off, unless it is dead already. */
  powerOff(reason: string): void {
    if (this.dead) return;
    this.deathReason = reason;
    this.ending = 'power-off';
  }

  /** The guest wants to be restarted. This alone replaces an earlier reason, as in the original. */
  restart(): void {
    this.deathReason = RESTART;
    this.ending = 'restart';
  }

  /** Its state as plain data. */
  snapshot(): GuestHostSnapshot {
    const { pages, dataAddress, noirqStart, noirqEnd } = this;
    const { deathReason: reason, ending: end } = this;
    return { pages, dataAddress, noirqStart, noirqEnd, reason, end };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: GuestHostSnapshot): void {
    this.pages = snapshot.pages;
    this.dataAddress = snapshot.dataAddress;
    this.noirqStart = snapshot.noirqStart;
    this.noirqEnd = snapshot.noirqEnd;
    this.deathReason = snapshot.reason;
    this.ending = snapshot.end;
  }
}
