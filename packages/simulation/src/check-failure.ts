// SPDX-License-Identifier: GPL-2.0-or-later
import { hex, type GuestVirtual } from '@lguest-sim/x86';
import type { SimulationConfig } from './config.js';

/** A load that did not return what its process last stored there. */
export interface CheckFinding {
  /** Number of the guest. */
  readonly guest: number;
  /** Index of the process in its guest. */
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
}

/** A guest could tell that it has a host: memory was not what it has to be. Ends the run. */
export class CheckFailure extends Error {
  /** Name of the class. */
  override readonly name = 'CheckFailure';
  /** What a program tells it by. */
  readonly code = 'CHECK_FAILED';
  /** Which access read something else, and what. */
  readonly finding: CheckFinding;
  /** With this and the same traces, the run goes the same way again. */
  readonly config: SimulationConfig;

  constructor(finding: CheckFinding, config: SimulationConfig) {
    super(`check failed: ${describeFinding(finding)}`);
    this.finding = finding;
    this.config = config;
  }
}

function describeFinding(finding: CheckFinding): string {
  const { guest, process, trace, position, address, expected, found } = finding;
  return (
    `guest ${guest}, process ${process} (${trace}), access ${position}: ` +
    `load at ${hex(address)}: expected ${expected}, found ${found}`
  );
}
