// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation } from '@lguest-sim/trace';
import type { GuestVirtual } from '@lguest-sim/x86';

/**
 * Someone who keeps a book of what the processes' memory has to hold. All is told at once, while it
 * happens; who the running process is, `GuestKernel.running` says.
 */
export interface MemoryWatcher {
  /**
   * The running process has written a token: byte k of the part is now the token's byte k modulo 4.
   * Told by the CPU.
   * @param address of the first byte, unsigned; `size` bytes from it are in one page
   */
  stored(address: GuestVirtual, size: number, token: number): void;
  /**
   * The running process has read `size` bytes from `address`, found at `physical` in host memory.
   * Told by the CPU.
   */
  loaded(address: GuestVirtual, size: number, hostBytes: Uint8Array, physical: number): void;
  /**
   * The kernel carries out what a process asked for. The process makes no access before that is done;
   * if it cannot be done, the process ends.
   */
  operation(process: number, operation: ProcessOperation): void;
  /** A fork has succeeded: the child, which has not run yet, has the parent's memory. */
  forked(parent: number, child: number): void;
  /** A process has ended, and its memory is given back. */
  ended(process: number): void;
}
