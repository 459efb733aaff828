// SPDX-License-Identifier: GPL-2.0-or-later

/** Bits of EFLAGS. Source: Intel SDM volume 1, section 3.4.3. */
const Eflag = {
  trap: 0x100,
  interrupt: 0x200,
  ioPrivilege: 0x3000,
  nestedTask: 0x4000,
  resume: 0x10000,
  virtual8086: 0x20000,
} as const;

/** What every gate clears, and what an interrupt gate clears as well. */
const CLEARED_BY_GATE = Eflag.trap | Eflag.nestedTask | Eflag.resume | Eflag.virtual8086;

/** What `iret` leaves as it is unless ring 0 executes it. */
const KEPT_BY_IRET = Eflag.interrupt | Eflag.ioPrivilege | Eflag.virtual8086;

/** EFLAGS after a trap through a gate. */
export function flagsAfterGate(flags: number, interruptGate: boolean): number {
  return flags & ~(CLEARED_BY_GATE | (interruptGate ? Eflag.interrupt : 0));
}

/** EFLAGS after an `iret` outside ring 0 that popped `popped`. */
export function flagsAfterReturn(flags: number, popped: number): number {
  return (popped & ~KEPT_BY_IRET) | (flags & KEPT_BY_IRET);
}
