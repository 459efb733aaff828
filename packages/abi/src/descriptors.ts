// SPDX-License-Identifier: GPL-2.0-or-later
import { GUEST_PRIVILEGE } from './selectors.js';
import { GateType } from './state-page.js';

/**
 * Descriptors of the IDT and GDT as two signed 32-bit words, low and high.
 *
 *     gate      low   selector:16        handler 15..0:16
 *               high  handler 31..16:16  P:1 DPL:2 0:1 type:4  0:8
 *     segment   low   base 15..0:16      limit 15..0:16
 *               high  base 31..24:8      flags:4 limit 19..16:4  P:1 DPL:2 S:1 type:4  base 23..16:8
 *
 * Source: Intel SDM volume 3, sections 3.4.5 and 6.11.
 */

const PRESENT = 0x8000;
const DPL_SHIFT = 13;
/** Accessed bit of a segment's type. */
const ACCESSED = 0x100;

/** Entries of the GDT that have a fixed meaning. Source: facts sheet, section 3. */
export const GdtEntry = {
  /** First and last of the three thread-local segments that LOAD_TLS sets. */
  tlsFirst: 6,
  tlsLast: 8,
  lguestCode: 10,
  lguestData: 11,
  kernelCode: 12,
  kernelData: 13,
  tss: 16,
  doubleFaultTss: 31,
} as const;

/** Low word of a flat 4 GiB segment. */
export const FLAT_SEGMENT_LOW = 0x0000ffff;
/** High word of a flat ring 0 code segment, accessed. */
export const FLAT_CODE_HIGH = 0x00cf9b00;
/** High word of a flat ring 0 data segment, accessed. */
export const FLAT_DATA_HIGH = 0x00cf9300;

/** Low word of a gate to `handler` (virtual address) in the segment `selector`. */
export function gateLow(selector: number, handler: number): number {
  return (selector << 16) | (handler & 0xffff);
}

/** High word of a present gate to `handler` that `int` may use from privilege level `dpl`. */
export function gateHigh(handler: number, type: number, dpl: number): number {
  return (handler & 0xffff0000) | PRESENT | (dpl << DPL_SHIFT) | (type << 8);
}

/** Handler address of a gate, unsigned. */
export function gateHandler(low: number, high: number): number {
  return ((high & 0xffff0000) | (low & 0xffff)) >>> 0;
}

/** Selector that a gate leads to. */
export function gateSelector(low: number): number {
  return low >>> 16;
}

/** Type of a gate: bits 40 to 43, see `GateType`. */
export function gateType(high: number): number {
  return (high >>> 8) & 0xf;
}

/** Whether a gate's present bit is set. */
export function gatePresent(high: number): boolean {
  return (high & PRESENT) !== 0;
}

/** Privilege level of a gate or segment: 0 to 3. */
export function descriptorPrivilege(high: number): number {
  return (high >>> DPL_SHIFT) & 3;
}

/** High word of a segment as a guest may use it: privilege 0 becomes 1, the accessed bit is on. */
export function guestSegmentHigh(high: number): number {
  const owned = descriptorPrivilege(high) === 0 ? high | (GUEST_PRIVILEGE << DPL_SHIFT) : high;
  return owned | ACCESSED;
}

/** Low word of an available 32-bit task state segment at `base`; `limit` in bytes, minus one. */
export function tssLow(base: number, limit: number): number {
  return (base << 16) | (limit & 0xffff);
}

/** High word of that segment (limits below 64 KiB). */
export function tssHigh(base: number): number {
  return (base & 0xff000000) | PRESENT | (0x9 << 8) | ((base >>> 16) & 0xff);
}

/** High word of a gate to the Switcher: an interrupt gate. */
export function switcherGateHigh(handler: number, dpl: number): number {
  return gateHigh(handler, GateType.interrupt, dpl);
}
