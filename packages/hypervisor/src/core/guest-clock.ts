// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import type { GuestAccess } from './guest-access.js';
import type { GuestHost } from './guest-host.js';
import type { HostClock } from './interfaces.js';
import { TIMER_OFF, type VcpuState } from './vcpu-state.js';

/**
 * Cycles of virtual time in a nanosecond: one, a host CPU of 1 GHz. Guests are told so, and it keeps
 * deadlines exact.
 */
export const CYCLES_PER_NANOSECOND = 1;

/** Frequency of the time stamp counter that guests are told, in kHz. */
export const TSC_KHZ = 1_000_000 * CYCLES_PER_NANOSECOND;

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/** The guest's view of time: the clock of the host CPU that its run loop is on. */
export class GuestClock {
  private readonly clock: HostClock;
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;

  constructor(clock: HostClock, state: VcpuState, guest: GuestHost, access: GuestAccess) {
    this.clock = clock;
    this.state = state;
    this.guest = guest;
    this.access = access;
  }

  /** Writes the time of day, counted from the machine's start. Kills: `Writing timestamp`. */
  writeTimestamp(): void {
    const nanoseconds = Math.floor(this.now / CYCLES_PER_NANOSECOND);
    const seconds = Math.floor(nanoseconds / NANOSECONDS_PER_SECOND);
    const rest = nanoseconds % NANOSECONDS_PER_SECOND;
    const { access } = this;
    if (
      !access.setDataWord(GuestData.time, seconds) ||
      !access.setDataWord(GuestData.time + 4, rest)
    ) {
      this.guest.kill('Writing timestamp');
    }
  }

  /** SET_CLOCKEVENT: the timer goes off once, `nanoseconds` from now; 0 switches it off. */
  setTimer(nanoseconds: number): void {
    this.state.clockDeadline =
      nanoseconds === 0 ? TIMER_OFF : this.now + nanoseconds * CYCLES_PER_NANOSECOND;
  }

  private get now(): number {
    return this.clock.now[this.state.hostCpu]!;
  }
}
