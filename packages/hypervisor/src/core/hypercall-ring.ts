// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, HYPERCALL_RING_SIZE, RING_ENTRY_BYTES, RING_ENTRY_FREE } from '@lguest-sim/abi';
import type { GuestAccess } from './guest-access.js';
import type { GuestHost } from './guest-host.js';
import type { VcpuState } from './vcpu-state.js';

/**
 * The host's side of the asynchronous hypercall ring in `struct lguest_data`.
 *
 * A drain looks at each of the 64 entries at most once, from where the last drain ended up to the first
 * that is free, and judges them by their status as it was at the beginning: what the guest queues
 * meanwhile waits for the next one. Nothing here asks whether the guest is dead: after a kill the rest still runs.
 *
 * Source: facts sheet, section 4, "ring".
 */
export class HypercallRing {
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;

  constructor(state: VcpuState, guest: GuestHost, access: GuestAccess) {
    this.state = state;
    this.guest = guest;
    this.access = access;
  }

  /** Begins a drain. If the status bytes cannot be read, nothing is drained. */
  begin(): void {
    const { state, access } = this;
    state.ringLeft = access.dataReadable(GuestData.hcallStatus, HYPERCALL_RING_SIZE)
      ? this.queued()
      : 0;
  }

  /**
   * Takes the next entry: its words are in `state.call` then. Returns false when the drain is at its
   * end. Kills: `Fetching async hypercalls`.
   */
  take(): boolean {
    const { state } = this;
    const slot = state.nextCall;
    if (state.ringLeft === 0) return false;
    state.ringLeft--;
    state.ringSlot = slot;
    state.nextCall = (slot + 1) % HYPERCALL_RING_SIZE;
    const at = GuestData.hcalls + slot * RING_ENTRY_BYTES;
    if (!this.access.dataReadable(at, RING_ENTRY_BYTES)) {
      this.guest.kill('Fetching async hypercalls');
      return false;
    }
    this.access.copyDataWords(at, state.call);
    return true;
  }

  /**
   * Gives the entry that was carried out back to the guest. Returns false if the drain ends with it:
   * a NOTIFY has to reach the Launcher first, or the byte cannot be written.
   * Kills: `Writing result for async hypercall`.
   */
  finish(): boolean {
    const at = GuestData.hcallStatus + this.state.ringSlot;
    if (!this.access.setDataByte(at, RING_ENTRY_FREE)) {
      this.guest.kill('Writing result for async hypercall');
      return false;
    }
    return this.state.pendingNotify === 0;
  }
  /** Entries that are filled, from the next one on up to the first that is free. */
  private queued(): number {
    const { nextCall } = this.state;
    let count = 0;
    while (count < HYPERCALL_RING_SIZE) {
      const slot = (nextCall + count) % HYPERCALL_RING_SIZE;
      if (this.access.dataByte(GuestData.hcallStatus + slot) === RING_ENTRY_FREE) break;
      count++;
    }
    return count;
  }
}
