// SPDX-License-Identifier: GPL-2.0-or-later
import { hex } from '@lguest-sim/x86';

/** Where a triple fault happened. */
export interface TripleFaultDetails {
  /** Number of the host CPU. */
  readonly cpu: number;
  /** Vector that could not be delivered. */
  readonly vector: number;
  /** Guest-virtual address, in bytes, that the CPU could not use for it. */
  readonly address: number;
  /** CR3, host-physical. */
  readonly cr3: number;
}

/**
 * The CPU could not deliver a trap, since the page it needs for that is not mapped as it has to be.
 * On silicon the host resets: an error of the simulated host (or of lguest, which has such defects:
 * facts sheet, section 10, R4 and R5), never just the guest's death.
 */
export class TripleFault extends Error {
  /** Name of the class. */
  override readonly name = 'TripleFault';
  /** Where the CPU was, and what it could not deliver. */
  readonly details: TripleFaultDetails;

  constructor(what: string, details: TripleFaultDetails) {
    const { cpu, vector, address, cr3 } = details;
    super(
      `triple fault on host CPU ${cpu}: vector ${vector}, ${what} at ${hex(address)}, CR3 ${hex(cr3)}`,
    );
    this.details = details;
  }
}
