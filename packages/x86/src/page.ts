// SPDX-License-Identifier: GPL-2.0-or-later

/** Bytes in a page. */
export const PAGE_SIZE = 4096;
/** log2 of the bytes in a page. */
export const PAGE_SHIFT = 12;
/** Mask of the page part of a 32-bit address, as a signed 32-bit number. */
export const PAGE_MASK = ~0xfff;
/** 32-bit words in a page. */
export const PAGE_WORDS = 1024;

/** Guest-virtual address in bytes, 0 to 2^32 - 1. */
export type GuestVirtual = number;
/** Guest-physical address in bytes, 0 to 2^32 - 1. */
export type GuestPhysical = number;
/** Host-physical address in bytes, 0 to 2^32 - 1. */
export type HostPhysical = number;
/** Page frame number: an address shifted right by 12. */
export type Pfn = number;

/** An address or entry as people in the field write it: `0x8049123`. */
export function hex(value: number): string {
  return `0x${(value < 0 ? value + 2 ** 32 : value).toString(16)}`;
}
