// SPDX-License-Identifier: GPL-2.0-or-later

/** One of a guest's cached top-level shadow tables (the original's `struct pgdir`). */
export class Slot {
  readonly number: number;
  /** Host page number of the top table; 0 for a slot that was never used. */
  topPfn = 0;
  /** Guest top level that it shadows: a guest-physical address in bytes, signed. */
  gpgdir = 0;
  /** Whether the Switcher's path and text leaf are believed to be there. */
  switcherMapped = false;
  /** Host CPU whose two Switcher leaves are there, -1 if that is not known. */
  lastHostCpu = 0;
  /** vCPU whose regs page is mapped for `lastHostCpu`, -1 if none ever was. */
  lastVcpu = -1;
  /** The slot with the next number: along these links a search needs no array. */
  readonly next: Slot | undefined;

  constructor(number: number, next: Slot | undefined) {
    this.number = number;
    this.next = next;
  }
}

/** So many slots, linked, in the order of their numbers. */
export function linkedSlots(count: number): Slot[] {
  const slots: Slot[] = [];
  for (let number = count - 1; number >= 0; number--) slots.unshift(new Slot(number, slots[0]));
  return slots;
}

/** What the shadow MMU knows of one virtual CPU. */
export class Vcpu {
  readonly number: number;
  /** The table it is on. */
  slot: Slot;
  /** Whether its memory is still mapped one to one. */
  linear = false;
  /** Whether it has chosen its table, and so may be running on it. */
  started = false;
  /** Top of its ring 1 stack: a virtual address in bytes, signed. */
  esp = 0;
  /** Whether the guest has ever said where its stack is. */
  hasStack = false;

  constructor(number: number, slot: Slot) {
    this.number = number;
    this.slot = slot;
  }
}
