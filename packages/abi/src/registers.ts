// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Word indexes in `struct lguest_regs`: the order in which the Switcher and the CPU push them.
 * The struct fills the last 72 bytes of the vCPU's regs page. Source: facts sheet, section 3.
 */
export const Register = {
  eax: 0,
  ebx: 1,
  ecx: 2,
  edx: 3,
  esi: 4,
  edi: 5,
  ebp: 6,
  gs: 7,
  fs: 8,
  ds: 9,
  es: 10,
  trapNumber: 11,
  errorCode: 12,
  eip: 13,
  cs: 14,
  eflags: 15,
  esp: 16,
  ss: 17,
} as const;

/** Words (4 bytes each) in `struct lguest_regs`. */
export const REGISTER_WORDS = 18;

/** Byte offset of `struct lguest_regs` in the regs page. */
export const REGISTERS_OFFSET = 4096 - REGISTER_WORDS * 4;

/** Trap number the host stores before an entry: seen again when loading guest segments faulted. */
export const TRAP_SEGMENT_LOAD = 256;
