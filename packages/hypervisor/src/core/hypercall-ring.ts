// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, HYPERCALL_RING_SIZE, RING_ENTRY_BYTES, RING_ENTRY_FREE } from '@lguest-sim/abi';
import type { GuestAccess } from './guest-access.js';
import type { GuestHost } from './guest-host.js';
import type { VcpuState } from './vcpu-state.js';

/**
 * The host's side of the asynchronous hypercall ring in `struct lguest_data`.
 *
 * A drain looks at each of the 64 entries at most once, from where the last drain ended, and judges
 * them by their status as it was at the beginning: what the guest queues meanwhile waits for the
 * next one. Nothing here asks whether the guest is dead: after a kill the rest still runs.
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
    state.ringLeft = 0;
    if (!access.dataReadable(GuestData.hcallStatus, HYPERCALL_RING_SIZE)) return;
    // Most hypercalls find nothing queued: then there is no need to copy all the rest.
    if (access.dataByte(GuestData.hcallStatus + state.nextCall) === RING_ENTRY_FREE) return;
    access.copyData(GuestData.hcallStatus, state.ringStatus);
    state.ringLeft = HYPERCALL_RING_SIZE;
  }

  /**
   * Takes the next entry: its words are in `state.call` then. Returns false when the drain is at its
   * end. Kills: `Fetching async hypercalls`.
   */
  take(): boolean {
    const { state } = this;
    const slot = state.nextCall;
    if (state.ringLeft === 0 || state.ringStatus[slot] === RING_ENTRY_FREE) return false;
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
}
