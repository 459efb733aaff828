// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Hypercall numbers: what a guest kernel puts in eax before `int 0x1f`.
 * The numbers 3, 11 and 12 do not exist. Source: facts sheet, section 4.
 */
export const Hypercall = {
  flushAsync: 0,
  lguestInit: 1,
  shutdown: 2,
  newPgtable: 4,
  flushTlb: 5,
  loadIdtEntry: 6,
  setStack: 7,
  ts: 8,
  setClockevent: 9,
  halt: 10,
  setPmd: 13,
  setPte: 14,
  setPgd: 15,
  loadTls: 16,
  notify: 17,
  loadGdtEntry: 18,
  sendInterrupts: 19,
} as const;

/** Number of a hypercall: what eax holds at `int 0x1f`. */
export type HypercallNumber = (typeof Hypercall)[keyof typeof Hypercall];

const nameByNumber = new Map<number, string>([
  [Hypercall.flushAsync, 'FLUSH_ASYNC'],
  [Hypercall.lguestInit, 'LGUEST_INIT'],
  [Hypercall.shutdown, 'SHUTDOWN'],
  [Hypercall.newPgtable, 'NEW_PGTABLE'],
  [Hypercall.flushTlb, 'FLUSH_TLB'],
  [Hypercall.loadIdtEntry, 'LOAD_IDT_ENTRY'],
  [Hypercall.setStack, 'SET_STACK'],
  [Hypercall.ts, 'TS'],
  [Hypercall.setClockevent, 'SET_CLOCKEVENT'],
  [Hypercall.halt, 'HALT'],
  [Hypercall.setPmd, 'SET_PMD'],
  [Hypercall.setPte, 'SET_PTE'],
  [Hypercall.setPgd, 'SET_PGD'],
  [Hypercall.loadTls, 'LOAD_TLS'],
  [Hypercall.notify, 'NOTIFY'],
  [Hypercall.loadGdtEntry, 'LOAD_GDT_ENTRY'],
  [Hypercall.sendInterrupts, 'SEND_INTERRUPTS'],
]);

/** The field's name of a hypercall (`SET_PTE`), or `UNKNOWN_n` for a number that does not exist. */
export function hypercallName(number: number): string {
  return nameByNumber.get(number) ?? `UNKNOWN_${number}`;
}

/** Every hypercall number that exists, ascending. */
export const hypercallNumbers: readonly number[] = [...nameByNumber.keys()];

/** Vector of the hypercall gate. Ring 1 may use it (DPL 1); from ring 3 it is a #GP. */
export const HYPERCALL_VECTOR = 0x1f;

/** Entries in the asynchronous hypercall ring. */
export const HYPERCALL_RING_SIZE = 64;

/** Status byte of a ring entry that the guest may fill; any other value means ready for the host. */
export const RING_ENTRY_FREE = 0xff;
