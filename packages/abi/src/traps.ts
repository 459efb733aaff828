// SPDX-License-Identifier: GPL-2.0-or-later
import { HYPERCALL_VECTOR } from './hypercalls.js';

/** First vector that belongs to devices; below it are the CPU's own exceptions. */
export const FIRST_EXTERNAL_VECTOR = 32;

/** Vector of a guest's system calls: `int 0x80`. */
export const SYSTEM_CALL_VECTOR = 128;

/** Interrupt lines of a guest; line n arrives at vector 32 + n. Line 0 is its timer. */
export const GUEST_IRQS = 32;

/** Bits of EFLAGS that taking a trap clears: TF, NT, RF, VM. Source: Intel SDM volume 3, 6.12.1.2. */
export const TRAP_CLEARED_FLAGS = 0x00000100 | 0x00004000 | 0x00010000 | 0x00020000;

/** EFLAGS of a vCPU at birth: interrupts on, and the bit that is always one. */
export const INITIAL_EFLAGS = 0x202;

/**
 * Whether a guest's own gate for this vector may go into the real IDT, so that the trap stays in
 * the guest: the exceptions and the system call, but not those that the host has to see (device not
 * available, general protection, page fault) and not the hypercall. 29 of 256.
 * Source: facts sheet, section 2, "direct traps".
 */
export function mayTrapDirectly(vector: number): boolean {
  if (vector >= FIRST_EXTERNAL_VECTOR) return vector === SYSTEM_CALL_VECTOR;
  return vector !== 7 && vector !== 13 && vector !== 14 && vector !== HYPERCALL_VECTOR;
}
