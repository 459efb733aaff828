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

/**
 * Copies a whole `struct lguest_regs`, word by word, as each world switch does in either direction.
 * Written out: a loop takes twice as long, as it finds out anew for each word where both arrays are and end.
 *
 * @param from words of which the struct's first is at index `first`
 * @param to words of which the struct's first is to be at index `at`
 */
export function copyRegisters(from: Int32Array, first: number, to: Int32Array, at: number): void {
  to[at] = from[first]!;
  to[at + 1] = from[first + 1]!;
  to[at + 2] = from[first + 2]!;
  to[at + 3] = from[first + 3]!;
  to[at + 4] = from[first + 4]!;
  to[at + 5] = from[first + 5]!;
  to[at + 6] = from[first + 6]!;
  to[at + 7] = from[first + 7]!;
  to[at + 8] = from[first + 8]!;
  to[at + 9] = from[first + 9]!;
  to[at + 10] = from[first + 10]!;
  to[at + 11] = from[first + 11]!;
  to[at + 12] = from[first + 12]!;
  to[at + 13] = from[first + 13]!;
  to[at + 14] = from[first + 14]!;
  to[at + 15] = from[first + 15]!;
  to[at + 16] = from[first + 16]!;
  to[at + 17] = from[first + 17]!;
}
