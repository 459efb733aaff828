// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Byte offsets in `struct lguest_data`, the page in guest memory that host and guest share.
 * Source: facts sheet, section 6.
 */
export const GuestData = {
  /** u32: 0 or 0x200, the guest's virtual interrupt flag. */
  irqEnabled: 0,
  /** u32 bit set: interrupts that the guest wants held back. */
  blockedInterrupts: 4,
  /** u32: faulting address, written by the host before it reflects a page fault. */
  cr2: 8,
  /** Two u32 (seconds, nanoseconds): the time of day, written by the host. */
  time: 12,
  /** u32: 0x200 when an interrupt waits for the guest to enable interrupts. */
  irqPending: 20,
  /** 64 bytes: status of each ring entry. */
  hcallStatus: 24,
  /** 64 entries of five u32: eax, ebx, ecx, edx, esi. */
  hcalls: 88,
  /** u32, set by the host: bytes at the top of the address space that the Switcher needs. */
  reserveMem: 1368,
  /** u32, set by the host: kHz of the time stamp counter. */
  tscKhz: 1372,
  /** u32, set by the guest: start of the code in which no interrupt may arrive. */
  noirqStart: 1376,
  /** u32, set by the guest: end of that code. */
  noirqEnd: 1380,
  /** u32, set by the guest: above this virtual address everything is kernel memory. */
  kernelAddress: 1384,
  /** u32, set by the guest: vector of its system call. */
  syscallVector: 1388,
} as const;

/** Size of `struct lguest_data` in bytes. */
export const GUEST_DATA_BYTES = 1392;

/** Bytes of one ring entry's arguments. */
export const RING_ENTRY_BYTES = 20;

/** Value of the virtual interrupt flag when interrupts are on (EFLAGS.IF). */
export const INTERRUPT_FLAG = 0x200;
