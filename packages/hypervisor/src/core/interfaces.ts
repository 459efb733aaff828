// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical, GuestVirtual, Pfn } from '@lguest-sim/x86';

/** The Launcher's memory that a guest takes for its physical memory. */
export interface GuestMemory {
  /** Whether `bytes` bytes from `gpa` lie in guest memory and can all be read. */
  readable(gpa: GuestPhysical, bytes: number): boolean;
  /** Whether they can all be written, as long as the host has frames. */
  writable(gpa: GuestPhysical, bytes: number): boolean;
  /** The aligned word at `gpa`, unsigned. Called only where `readable` said yes. */
  readWord(gpa: GuestPhysical): number;
  /**
   * Writes an aligned word, breaking copy-on-write. Called only where `writable` said yes.
   * Returns false, with nothing written, if the host has no frame left for the private copy; a
   * memory that cannot run out of frames need not return anything.
   */
  writeWord(gpa: GuestPhysical, value: number): boolean | void;
}

/** The shadow MMU's walk of the guest's own tables. */
export interface GuestTranslator {
  /**
   * Guest-physical address of a virtual one under the vCPU's current table (`guest_pa`). Where the
   * guest has nothing mapped it kills the guest and returns any number.
   */
  guestPa(address: GuestVirtual): GuestPhysical;
}

/** The Switcher's pages. */
export interface SwitcherFrames {
  /** Page number of a host CPU's state page. */
  state(cpu: number): Pfn;
  /** Takes a zero-filled regs page for a vCPU. Returns -1 if the host has none left. */
  allocateRegisters(): Pfn;
  /** Gives a regs page back. */
  freeRegisters(pfn: Pfn): void;
}

/** The clocks of all host CPUs, in cycles. */
export interface HostClock {
  /** By number of the host CPU. */
  readonly now: Float64Array;
}

/** Is told at once what watchers and the guest's own kernel have to know. */
export interface GuestListener {
  /** The guest was killed, for the first time and with this reason. */
  killed(reason: string): void;
  /** A hypercall is about to be carried out: `words` are its number and four arguments. */
  hypercall(fromRing: boolean, words: Int32Array): void;
  /** The guest's handler for `vector` runs next; `address` is the faulting one for vector 14. */
  guestTrap(vector: number, errorCode: number, address: GuestVirtual): void;
}

/** Listens to nothing. */
export const silentListener: GuestListener = {
  killed: () => undefined,
  hypercall: () => undefined,
  guestTrap: () => undefined,
};
