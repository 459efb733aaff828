// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '@lguest-sim/trace';
import type { InstructionQueue } from '@lguest-sim/x86';
import type { AccessWatcher } from './access-watcher.js';

/** What to do when a process has made all the accesses there are. */
export type AtLimit = 'system-call' | 'starved';

/**
 * What a CPU executes in a guest: the accesses of its processes and the instructions of its kernel.
 * Whoever is the guest implements this; the CPU calls it, with the plain registers to look at and
 * to change (`Register` order, signed words).
 */
export interface GuestCode {
  /** Accesses of the running process, which user mode makes. */
  readonly accesses: AccessBatch;
  /** Instructions of the running kernel context, which ring 1 executes. */
  readonly instructions: InstructionQueue;
  /**
   * The CPU goes on in the guest: after a guest entry, a direct trap or an `iret`. Registers cs and
   * eip say where. May exchange `accesses` and `instructions`.
   */
  resume(registers: Int32Array): void;
  /**
   * Ring 1 has executed all instructions: take their results and put the next ones in.
   * @returns false if there are none, which is a bug of the guest's model
   */
  advance(registers: Int32Array): boolean;
  /**
   * User mode has reached `accesses.limit`. Called again if the system call's trap faults, as the
   * instruction is then retried.
   * @returns 'system-call': the CPU executes `int 0x80`, with the registers as this call sets them;
   * 'starved': the process cannot go on before more of its trace has arrived
   */
  atLimit(registers: Int32Array): AtLimit;
  /** User mode uses a page (20-bit virtual page number) that came into the TLB since it last did. */
  pageFilled(vpn: number): void;
  /**
   * What the running process has read, as a signed word c. A completed load of an aligned 4-byte
   * part makes it (c * 31 + word) modulo 2^32; any other does the same with each byte in turn.
   */
  checksum: number;
  /**
   * What the running process writes, as a signed word. Each store increments it, then writes it as
   * it is if aligned and 4 bytes long, and otherwise as byte k of the part its byte k modulo 4.
   */
  storeToken: number;
  /** Is told of each load and store of the processes, if there is one; user mode is then slower. */
  readonly watcher?: AccessWatcher | undefined;
}
