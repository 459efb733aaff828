// SPDX-License-Identifier: GPL-2.0-or-later
import {
  FLAT_CODE_HIGH,
  FLAT_DATA_HIGH,
  FLAT_SEGMENT_LOW,
  GDT_ENTRIES,
  GdtEntry,
  IDT_ENTRIES,
  Selector,
  StatePage,
  TSS_BYTES,
  Tss,
  registersAddress,
  stateAddress,
  stubGates,
  tssHigh,
  tssLow,
  type SwitcherLayout,
} from '@lguest-sim/abi';
import { PAGE_SIZE } from '@lguest-sim/x86';

const DESCRIPTOR_BYTES = 8;

/**
 * Writes what never changes in a host CPU's state page: the descriptor-table registers, the ring 0
 * stack of the TSS, the default gates and the Switcher's own segments.
 *
 * The host's two descriptor registers get their limits and base 0: the host kernel of this machine
 * keeps no descriptor tables in memory.
 *
 * Source: facts sheet, section 3, "constant after load".
 *
 * @param page the bytes of the state page, zero-filled
 */
export function fillStatePageConstants(page: DataView, layout: SwitcherLayout, cpu: number): void {
  const address = stateAddress(layout, cpu);
  const idtLimit = IDT_ENTRIES * DESCRIPTOR_BYTES - 1;
  const gdtLimit = GDT_ENTRIES * DESCRIPTOR_BYTES - 1;
  descriptorRegister(page, StatePage.hostIdtDescriptor, idtLimit, 0);
  descriptorRegister(page, StatePage.hostGdtDescriptor, gdtLimit, 0);
  descriptorRegister(page, StatePage.guestIdtDescriptor, idtLimit, address + StatePage.guestIdt);
  descriptorRegister(page, StatePage.guestGdtDescriptor, gdtLimit, address + StatePage.guestGdt);
  fillTss(page, registersAddress(layout, cpu) + PAGE_SIZE);
  fillDefaultGates(page, layout);
  fillSwitcherSegments(page, address + StatePage.guestTss);
}

/** The operand of LIDT and LGDT: 16 bits of limit, then 32 of base, unaligned. */
function descriptorRegister(page: DataView, at: number, limit: number, base: number): void {
  page.setUint16(at, limit, true);
  page.setUint32(at + 2, base, true);
}

function fillTss(page: DataView, stackTop: number): void {
  page.setUint32(StatePage.guestTss + Tss.sp0, stackTop, true);
  page.setUint16(StatePage.guestTss + Tss.ss0, Selector.lguestData, true);
  // Beyond the segment's limit: so the guest may use no I/O port at all.
  page.setUint16(StatePage.guestTss + Tss.ioBitmapBase, TSS_BYTES, true);
}

function fillDefaultGates(page: DataView, layout: SwitcherLayout): void {
  for (const [index, word] of stubGates(layout).entries()) {
    page.setInt32(StatePage.guestIdt + 4 * index, word, true);
  }
}

function fillSwitcherSegments(page: DataView, tss: number): void {
  segment(page, GdtEntry.lguestCode, FLAT_SEGMENT_LOW, FLAT_CODE_HIGH);
  segment(page, GdtEntry.lguestData, FLAT_SEGMENT_LOW, FLAT_DATA_HIGH);
  segment(page, GdtEntry.tss, tssLow(tss, TSS_BYTES - 1), tssHigh(tss));
}

function segment(page: DataView, entry: number, low: number, high: number): void {
  page.setInt32(StatePage.guestGdt + entry * DESCRIPTOR_BYTES, low, true);
  page.setInt32(StatePage.guestGdt + entry * DESCRIPTOR_BYTES + 4, high, true);
}
