// SPDX-License-Identifier: GPL-2.0-or-later
import { describeViolation, type Violation } from '@lguest-sim/audit';
import type { SimulationConfig } from './config.js';

/** An assertion of the contract between host and guest does not hold. Ends the run. */
export class AuditFailure extends Error {
  /** Name of the class. */
  override readonly name = 'AuditFailure';
  /** What a program tells it by. */
  readonly code = 'AUDIT_FAILED';
  /** What does not hold, and where. */
  readonly violation: Violation;
  /** With this and the same traces, the run goes the same way again. */
  readonly config: SimulationConfig;

  constructor(violation: Violation, config: SimulationConfig) {
    super(`audit failed: ${describeViolation(violation)}`);
    this.violation = violation;
    this.config = config;
  }
}
