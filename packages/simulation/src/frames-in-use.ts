// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner, type HostMemory } from '@lguest-sim/x86';

/** Host frames of guests that are in use, by what for. All are 0 once every guest is closed. */
export interface FramesInUse {
  /** Of Launchers' memory. */
  readonly launcher: number;
  /** Frames of shadow tables, tops included. */
  readonly shadowTables: number;
  /** vCPUs' regs pages. */
  readonly registers: number;
  /** Of nobody any more, and held all the same. */
  readonly leaked: number;
}

/** Counts the frames of guests in host memory. */
export function framesInUse({ owners, holds }: HostMemory): FramesInUse {
  const counts = { launcher: 0, shadowTables: 0, registers: 0, leaked: 0 };
  for (const [pfn, owner] of owners.entries()) {
    if (owner === FrameOwner.launcher) counts.launcher++;
    else if (owner === FrameOwner.shadowTable) counts.shadowTables++;
    else if (owner === FrameOwner.registers) counts.registers++;
    else if (owner === FrameOwner.none && holds[pfn] !== 0) counts.leaked++;
  }
  return counts;
}
