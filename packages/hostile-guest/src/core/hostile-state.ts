// SPDX-License-Identifier: GPL-2.0-or-later
import type { InstructionQueueSnapshot } from '@lguest-sim/x86';

/** A hostile guest as plain data. */
export interface HostileGuestSnapshot {
  readonly next: number;
  readonly eip: number;
  readonly base: number;
  readonly esp: number;
  readonly ringSlot: number;
  readonly systemCalls: number;
  readonly accessesBefore: number;
  readonly hasBegun: boolean;
  readonly pages: readonly number[];
  readonly checksum: number;
  readonly storeToken: number;
  readonly instructions: InstructionQueueSnapshot;
  readonly addresses: Uint32Array;
  readonly info: Uint16Array;
  readonly position: number;
}

/** What happened in it that others are told of. */
export interface HostileEvent {
  readonly kind: 'booted';
}

/** What it did in ring 3, counted as for a process of an honest kernel. */
export interface HostileProcess {
  readonly name: string;
  readonly pid: number;
  readonly parent: number;
  readonly status: 'ready';
  readonly accesses: number;
  readonly pagesTouched: number;
  readonly checksum: number;
  readonly systemCalls: Readonly<Record<string, number>>;
  readonly demandZeroFaults: number;
  readonly copyOnWriteBreaks: number;
  readonly copyOnWriteReuses: number;
  readonly forks: number;
  readonly contextSwitches: number;
  readonly accessedPagesSeen: number;
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
