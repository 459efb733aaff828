// SPDX-License-Identifier: GPL-2.0-or-later
import { Auditor, type Violation } from '@lguest-sim/audit';
import type { Message } from '@lguest-sim/bus';
import { auditedMachine } from './audited-machine.js';
import type { RequestListener, SmallMachine } from './small-machine.js';

/**
 * Assertions that need not hold here: the first two are about what the hypervisor writes, which is not
 * part of this machine; a guest can take its stack away from itself alone.
 */
const tolerated: ReadonlySet<string> = new Set([
  'rings-are-kept',
  'state-page-is-the-vcpus',
  'stack-is-writable',
  'stack-is-pinned',
]);

/** Holds the contract against a small machine, from one state to the next. */
export class StateAudit implements RequestListener {
  private readonly auditor: Auditor;

  /**
   * @param mode `every` looks at all tables after each request; `messages` at what a request itself has
   *   to satisfy
   */
  constructor(machine: SmallMachine, mode: 'every' | 'messages') {
    this.auditor = new Auditor(auditedMachine(machine), { mode, tolerated });
  }

  /** The machine is in a state that was looked at before: what comes is held against it. */
  begin(): void {
    this.auditor.adopt();
    this.auditor.violations.length = 0;
  }

  before(message: Message): void {
    this.auditor.before({ message, sequence: 0, time: 0 });
  }

  after(message: Message): void {
    this.auditor.after({ message, sequence: 0, time: 0 });
  }

  /** Looks at everything, whatever has led here. */
  lookAtAll(): void {
    this.auditor.finish();
  }

  /** What did not hold, and is not told again. */
  takeViolations(): readonly Violation[] {
    const { violations } = this.auditor;
    return violations.length === 0 ? none : violations.splice(0);
  }
}

const none: readonly Violation[] = [];
