// SPDX-License-Identifier: GPL-2.0-or-later
import { Register } from '@lguest-sim/abi';

/**
 * Byte offsets in the frame that a trap leaves on the kernel stack (Linux's `struct pt_regs`). From
 * `eip` on the hardware or the host pushes it; `esp` and `ss` only when the trap came from ring 3.
 * What lies below, the kernel pushes itself. The error code, where there is one, is in
 * `originalEax`.
 */
export const TrapFrame = {
  ebx: 0,
  eax: 24,
  ds: 28,
  es: 32,
  originalEax: 44,
  eip: 48,
  cs: 52,
  eflags: 56,
  esp: 60,
  ss: 64,
} as const;

/** Bytes of a frame that came from ring 3. */
export const TRAP_FRAME_BYTES = 68;

/** Registers that the kernel saves, in the order of the frame's words from 0 on. */
export const savedRegisters: readonly number[] = [
  Register.ebx,
  Register.ecx,
  Register.edx,
  Register.esi,
  Register.edi,
  Register.ebp,
  Register.eax,
  Register.ds,
  Register.es,
  Register.fs,
  Register.gs,
];

/** Byte offsets in what the kernel keeps at the low end of a kernel stack. */
export const ThreadInfo = {
  /** u32: the task's stack pointer while another task runs. */
  esp: 0,
  /** Three descriptors of 8 bytes for LOAD_TLS. */
  tls: 8,
  bytes: 32,
} as const;
