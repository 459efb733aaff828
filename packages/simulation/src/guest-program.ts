// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestCode } from '@lguest-sim/cpu';
import type { GuestProcess, KernelEvent, ProcessResult } from '@lguest-sim/guest-kernel';
import type { GuestPhysical, PagingFormat } from '@lguest-sim/x86';

/**
 * What runs in a guest: code for host CPUs, whose processes can be fed, and that can tell what
 * became of them. `GuestKernel` is one; a guest can be given another.
 */
export interface GuestProgram extends GuestCode {
  /** Where the vCPU starts, a guest-physical address. */
  readonly start: GuestPhysical;
  /** Index of the running process, or -1. */
  readonly running: number;
  /**
   * A process, by its index.
   * @throws RangeError if there is no such process
   */
  process(index: number): GuestProcess;
  /** Process whose top-level table is at this guest-physical address, or -1. */
  ownerOf(directory: GuestPhysical): number;
  /** The process's batch has been filled. @param ended nothing follows what is in it */
  supply(index: number, ended: boolean): void;
  /** What happened since the last call, in order: `booted` before anything runs in ring 3. */
  takeEvents(): readonly KernelEvent[];
  /** What each process did so far; their accesses are all that ring 3 made. */
  results(): readonly ProcessResult[];
  /** Everything in it as plain data, at any instruction. */
  snapshot(): unknown;
  /** Puts back what `snapshot` of the same program returned. */
  restore(snapshot: unknown): void;
}

/** Which program a guest runs in place of the guest kernel. Plain data, so that a run can be described. */
export interface GuestProgramChoice {
  /** Name of a plug-in of the kind `guest-program`. */
  readonly name: string;
  /** What that program is told: plain data too. */
  readonly options: unknown;
}

/** What a program is told of its guest. */
export interface GuestProgramPlace {
  /** Format of the guest’s page tables. */
  readonly format: PagingFormat;
  /** Guest memory in pages of 4096 bytes. */
  readonly memoryPages: number;
}

/** A kind of program that guests can run. */
export interface GuestProgramKind {
  /**
   * Looks at options that may have come from a file.
   * @throws Error with `place` (from `options` on), `expected` and `actual` if they cannot be
   */
  check(options: unknown): void;
  /** Makes one guest's. @param options checked ones */
  make(options: unknown, place: GuestProgramPlace): GuestProgram;
}
