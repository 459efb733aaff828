// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Byte offsets in `struct lguest_ro_state`, the state page of one host CPU.
 * Source: facts sheet, section 3.
 */
export const StatePage = {
  hostCr3: 0,
  hostIdtDescriptor: 4,
  hostGdtDescriptor: 10,
  hostSp: 16,
  guestIdtDescriptor: 20,
  guestGdtDescriptor: 26,
  /** Task state segment, TSS_BYTES. */
  guestTss: 32,
  /** 256 gates of 8 bytes. */
  guestIdt: 136,
  /** 32 descriptors of 8 bytes. */
  guestGdt: 2184,
} as const;

/** Size of `struct lguest_ro_state` in bytes. */
export const STATE_PAGE_BYTES = 2440;

/** Size of a 32-bit task state segment without an I/O bitmap, in bytes. */
export const TSS_BYTES = 104;

/** Byte offsets in the 32-bit task state segment. Source: Intel SDM volume 3, section 8.2.1. */
export const Tss = { sp0: 4, ss0: 8, sp1: 12, ss1: 16, ioBitmapBase: 102 } as const;

/** Gates of an interrupt descriptor table. */
export const IDT_ENTRIES = 256;
/** Descriptors of a global descriptor table, the host’s or a guest’s. */
export const GDT_ENTRIES = 32;

/** Gate types in bits 40 to 43 of an interrupt descriptor. */
export const GateType = { interrupt: 0xe, trap: 0xf } as const;
