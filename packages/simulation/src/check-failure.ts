// SPDX-License-Identifier: GPL-2.0-or-later
import { hex, type GuestVirtual } from '@lguest-sim/x86';
import type { SimulationConfig } from './config.js';

/** A load that did not return what its process last stored there. */
export interface CheckFinding {
  readonly guest: number;
  readonly process: number;
  /** Name of the process's trace. */
  readonly trace: string;
  /** Index of the load among the process's accesses. */
  readonly position: number;
  /** Address of the first byte shown, in the process. */
  readonly address: GuestVirtual;
  /** What the process last stored: little-endian, in hexadecimal, with all digits. */
  readonly expected: string;
  /** What the load returned, likewise. */
  readonly found: string;
  /** With this and the same traces, the run goes the same way again. */
  readonly config: SimulationConfig;
}

/** A guest could tell that it has a host: memory was not what it has to be. Ends the run. */
export class CheckFailure extends Error implements CheckFinding {
  readonly code = 'CHECK_FAILED';
  readonly guest: number;
  readonly process: number;
  readonly trace: string;
  readonly position: number;
  readonly address: GuestVirtual;
  readonly expected: string;
  readonly found: string;
  readonly config: SimulationConfig;

  constructor(finding: CheckFinding) {
    const { guest, process, trace, position, address, expected, found } = finding;
    super(
      `check failed: guest ${guest}, process ${process} (${trace}), access ${position}: ` +
        `load at ${hex(address)}: expected ${expected}, found ${found}`,
    );
    this.name = 'CheckFailure';
    this.guest = guest;
    this.process = process;
    this.trace = trace;
    this.position = position;
    this.address = address;
    this.expected = expected;
    this.found = found;
    this.config = finding.config;
  }
}
