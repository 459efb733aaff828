// SPDX-License-Identifier: GPL-2.0-or-later
import type { InstructionQueueSnapshot } from '@lguest-sim/x86';

/** A hostile guest as plain data. */
export interface HostileGuestSnapshot {
  /** Index of the operation that is next. */
  readonly next: number;
  /** Address at which it runs. */
  readonly eip: number;
  /** What it adds to a guest-physical address for the virtual one. */
  readonly base: number;
  /** Its stack pointer at the beginning of each operation. */
  readonly esp: number;
  /** Entry of the hypercall ring that it fills next. */
  readonly ringSlot: number;
  /** System calls of its process. */
  readonly systemCalls: number;
  /** Accesses of its process, those of the batch at hand aside. */
  readonly accessesBefore: number;
  /** Whether it has told that it booted. */
  readonly hasBegun: boolean;
  /** Virtual page numbers that its process used. */
  readonly pages: readonly number[];
  /** What its process has read. */
  readonly checksum: number;
  /** What its process writes next. */
  readonly storeToken: number;
  /** Instructions that its kernel has not executed yet. */
  readonly instructions: InstructionQueueSnapshot;
  /** Addresses of its process’s batch. */
  readonly addresses: Uint32Array;
  /** Kinds and sizes of its process’s batch. */
  readonly info: Uint16Array;
  /** Accesses of the batch that were made. */
  readonly position: number;
}

/** What happened in it that others are told of. */
export interface HostileEvent {
  /** It has set itself up. */
  readonly kind: 'booted';
}

/** What it did in ring 3, counted as for a process of an honest kernel. */
export interface HostileProcess {
  /** `hostile`. */
  readonly name: string;
  /** Its process id. */
  readonly pid: number;
  /** -1: nobody forked it. */
  readonly parent: number;
  /** It never ends by itself. */
  readonly status: 'ready';
  /** Accesses that were made in ring 3. */
  readonly accesses: number;
  /** Pages that these used. */
  readonly pagesTouched: number;
  /** What the loads among them read. */
  readonly checksum: number;
  /** None is counted by name. */
  readonly systemCalls: Readonly<Record<string, number>>;
  /** 0: it has no such faults. */
  readonly demandZeroFaults: number;
  /** 0: ditto. */
  readonly copyOnWriteBreaks: number;
  /** 0: ditto. */
  readonly copyOnWriteReuses: number;
  /** 0: it forks nothing. */
  readonly forks: number;
  /** 0: there is one process. */
  readonly contextSwitches: number;
  /** 0: it does not look. */
  readonly accessedPagesSeen: number;
  /** 0: ditto. */
  readonly dirtyPagesSeen: number;
}

/** The process that all accesses of a hostile guest in ring 3 are counted for. */
export function hostileProcess(
  accesses: number,
  pagesTouched: number,
  checksum: number,
): HostileProcess {
  return {
    name: 'hostile',
    pid: 1,
    parent: -1,
    status: 'ready',
    accesses,
    pagesTouched,
    checksum,
    systemCalls: {},
    demandZeroFaults: 0,
    copyOnWriteBreaks: 0,
    copyOnWriteReuses: 0,
    forks: 0,
    contextSwitches: 0,
    accessedPagesSeen: 0,
    dirtyPagesSeen: 0,
  };
}
