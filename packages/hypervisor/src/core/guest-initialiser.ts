// SPDX-License-Identifier: GPL-2.0-or-later
import { GUEST_DATA_BYTES, GuestData, SYSTEM_CALL_VECTOR } from '@lguest-sim/abi';
import type { GuestPhysical } from '@lguest-sim/x86';
import { UNREADABLE, type GuestAccess } from './guest-access.js';
import { TSC_KHZ, type GuestClock } from './guest-clock.js';
import type { GuestHost } from './guest-host.js';

/** How the original prints an address of the Launcher that is NULL. */
const NULL_POINTER = '  (null)';

/**
 * The run loop's part of LGUEST_INIT. As everywhere, a kill does not stop what comes after it.
 * Source: `initialize`, `lguest_arch_init_hypercalls`; facts sheet, section 1.5.
 */
export class GuestInitialiser {
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;
  private readonly clock: GuestClock;

  constructor(guest: GuestHost, access: GuestAccess, clock: GuestClock) {
    this.guest = guest;
    this.access = access;
    this.clock = clock;
  }

  /**
   * Takes note of where `struct lguest_data` is and what it says, and writes what the guest may know.
   * What comes after it, in this order, is the shadow MMU's: the kernel address, and clearing all
   * tables. Kills: `bad guest page`, `bad syscall vector`, `Writing timestamp`.
   */
  record(gpa: GuestPhysical): void {
    this.openData(gpa);
    const { guest, access } = this;
    const start = access.dataWord(GuestData.noirqStart);
    if (start !== UNREADABLE) guest.noirqStart = start;
    const end = start === UNREADABLE ? UNREADABLE : access.dataWord(GuestData.noirqEnd);
    if (end === UNREADABLE) this.badPage();
    else guest.noirqEnd = end;
    this.clock.writeTimestamp();
  }

  private openData(gpa: GuestPhysical): void {
    const { guest, access } = this;
    if (!access.inGuest(gpa, GUEST_DATA_BYTES)) return this.badPage();
    guest.dataAddress = gpa;
    if (!access.setDataWord(GuestData.tscKhz, TSC_KHZ)) return this.badPage();
    if (access.dataWord(GuestData.syscallVector) !== SYSTEM_CALL_VECTOR) {
      guest.kill('bad syscall vector');
    }
  }

  private badPage(): void {
    const { memoryBase, dataAddress, hasData } = this.guest;
    const address = (memoryBase + dataAddress) >>> 0;
    this.guest.kill(
      `bad guest page ${hasData ? address.toString(16).padStart(8, '0') : NULL_POINTER}`,
    );
  }
}
