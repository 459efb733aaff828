// SPDX-License-Identifier: GPL-2.0-or-later

/** Bits 0 to 11 of a page-table entry. Source: Intel SDM volume 3, section 4.3; facts sheet, section 8. */
export const Flag = {
  present: 0x001,
  writable: 0x002,
  user: 0x004,
  writeThrough: 0x008,
  cacheDisable: 0x010,
  accessed: 0x020,
  dirty: 0x040,
  /** Page size in a directory entry; PAT in a leaf. */
  pageSize: 0x080,
  global: 0x100,
} as const;

/** No-execute: bit 63 of a PAE entry, here in its high word. */
export const NO_EXECUTE_HIGH = 0x80000000 | 0;

/** What Linux calls `_PAGE_TABLE`: present, writable, user, accessed, dirty. */
export const TABLE_FLAGS = Flag.present | Flag.writable | Flag.user | Flag.accessed | Flag.dirty;

/** Error code that the CPU pushes with a page fault. Source: Intel SDM volume 3, section 4.7. */
export const PageFaultError = {
  /** Set: a right was missing. Clear: an entry was not present. */
  protection: 0x01,
  write: 0x02,
  user: 0x04,
  reservedBit: 0x08,
  instructionFetch: 0x10,
} as const;

/** Vectors of the CPU's own exceptions that the machine raises. */
export const Vector = {
  divideError: 0,
  nmi: 2,
  doubleFault: 8,
  generalProtection: 13,
  pageFault: 14,
} as const;

/** Whether the CPU pushes an error code with this vector (8, 10 to 14, 17). */
export function pushesErrorCode(vector: number): boolean {
  return vector === 8 || (vector >= 10 && vector <= 14) || vector === 17;
}
