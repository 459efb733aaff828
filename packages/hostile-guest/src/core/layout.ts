// SPDX-License-Identifier: GPL-2.0-or-later

/** Where a hostile guest's kernel begins once it has booted. */
export const KERNEL_ADDRESS = 0xc0000000;

/**
 * Where `boot` puts things, guest-physical, in the first 64 pages; all addresses in bytes.
 *
 * After it, two top-level tables show the same: the first 64 pages at `KERNEL_ADDRESS` for the
 * kernel, and 16 pages from 0 on for processes, which are the guest pages from `userPages` on.
 */
export const HOSTILE_LAYOUT = {
  /** Two pages of stack. */
  stack: 0x1000,
  stackEnd: 0x3000,
  /** `struct lguest_data`. */
  data: 0x3000,
  /** Top-level tables; the second is loaded by nobody yet. */
  tops: [0x4000, 0x5000],
  /** PAE: middle tables of the kernel and of processes. */
  kernelMiddle: 0x6000,
  userMiddle: 0x7000,
  /** Leaf tables of the kernel and of processes. */
  kernelLeaves: 0x8000,
  userLeaves: 0x9000,
  /** Pages that are nothing yet, for further tables. */
  spare: 0xa000,
  userPages: 0x10000,
  userPageCount: 16,
  mappedPages: 64,
  /** Handlers of the gates: this, and 8 bytes for each vector. */
  handlers: 0xc0000800,
} as const;

/** The first address at which the guest runs, and where it is when it does an operation. */
export const TEXT = 0x100000;
