// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag } from '@lguest-sim/x86';

/**
 * Low bits of a TLB tag: what the page tables granted when the entry was filled.
 * Those that a page-table entry has too are at the same place.
 */
export const Right = {
  present: Flag.present,
  writable: Flag.writable,
  user: Flag.user,
  executable: 0x008,
  /** A user access has used the entry. No right of the tables': see `Mmu.userMiss`. */
  seenByUser: 0x020,
  /** The leaf was dirty, so a store needs no walk. */
  dirty: Flag.dirty,
  /** Kept, and without effect: CR4.PGE is off on every host CPU while the module is loaded. */
  global: Flag.global,
} as const;

/**
 * What an access needs of a TLB entry, by privilege and kind: `Right` bits. Rings 0 to 2 are
 * supervisor: they ignore the user bit, and honour the writable bit because CR0.WP is 1.
 * Source: facts sheet, section 8.
 */
export const Need = {
  /** Present, user, executable. */
  userFetch: 0x00d,
  /** Present, user. */
  userLoad: 0x005,
  /** Present, user, writable, dirty. */
  userStore: 0x047,
  /** Present, executable. */
  fetch: 0x009,
  /** Present. */
  load: 0x001,
  /** Present, writable, dirty. */
  store: 0x043,
} as const;

/** What the hot loop asks of an entry: the need of a user access, and that one was seen before. */
export const SeenNeed = {
  userFetch: 0x02d,
  userLoad: 0x025,
  userStore: 0x067,
} as const;

/** The rights that the tables can withhold although every entry is present. */
export const WITHHELD = Right.writable | Right.user | Right.executable;
