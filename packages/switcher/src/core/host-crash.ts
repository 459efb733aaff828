// SPDX-License-Identifier: GPL-2.0-or-later
import { hex } from '@lguest-sim/x86';

/** Where the Switcher was when it found that it cannot go on. */
export type SwitchStage = 'guest exit' | 'guest entry';

/** Where a host crashed. */
export interface HostCrashDetails {
  /** Number of the host CPU. */
  readonly cpu: number;
  /** In which part of the switch. */
  readonly stage: SwitchStage;
  /** Virtual address that the Switcher used, in bytes. */
  readonly address: number;
}

/**
 * The Switcher's own pages are not where they have to be. On silicon the CPU would fault while it
 * handles a fault: a triple fault, which resets the host. A guest must never bring this about; that
 * the original lets it is one of its defects (facts sheet, section 10, R4 and R5).
 */
export class HostCrash extends Error {
  /** Name of the class. */
  override readonly name = 'HostCrash';
  /** Where it was, and on what. */
  readonly details: HostCrashDetails;

  constructor(problem: string, details: HostCrashDetails) {
    const { cpu, stage, address } = details;
    super(`host CPU ${cpu} crashed at ${stage}: ${problem} at ${hex(address)}`);
    this.details = details;
  }
}
