// SPDX-License-Identifier: GPL-2.0-or-later
import { Auditor, type AuditedHost, type Violation } from '@lguest-sim/audit';
import type { Attendant, Envelope } from '@lguest-sim/bus';
import { AuditFailure } from './audit-failure.js';
import { SimulatedGuest, auditedCpu } from './audited-machine.js';
import type { SimulationConfig } from './config.js';
import type { GuestMachine } from './guest-machine.js';
import type { HostMachine } from './host-machine.js';
import { ownHarm } from './own-harm.js';

/** The audit of a run: goes along with its messages, and ends it at the first violation. */
export class RunAudit implements Attendant {
  readonly auditor: Auditor;
  private readonly config: SimulationConfig;
  private readonly isOwnHarm: (violation: Violation) => boolean;

  private constructor(auditor: Auditor, config: SimulationConfig) {
    this.auditor = auditor;
    this.config = config;
    this.isOwnHarm = ownHarm(config);
  }

  /** The audit that a configuration asks for, at work; undefined if it asks for none. */
  static of(
    config: SimulationConfig,
    host: HostMachine,
    guests: readonly GuestMachine[],
  ): RunAudit | undefined {
    const { audit: mode } = config;
    if (mode === 'off') return undefined;
    const { memory, format, layout, switcherPages } = host;
    const audited: AuditedHost = {
      memory,
      format,
      layout,
      text: switcherPages.text,
      state: (cpu) => switcherPages.state(cpu),
      cpus: host.cpus.map(auditedCpu),
      guests: guests.map((guest) => new SimulatedGuest(guest)),
    };
    const audit = new RunAudit(new Auditor(audited, { mode }), config);
    host.bus.attend(audit);
    return audit;
  }

  before(envelope: Envelope): void {
    this.auditor.before(envelope);
    this.insist();
  }

  after(envelope: Envelope): void {
    this.auditor.after(envelope);
    this.insist();
  }

  /** The run has come to its end. @throws AuditFailure */
  finish(): void {
    this.auditor.finish();
    this.insist();
  }

  /** Another state was put back. @throws AuditFailure */
  adopt(): void {
    this.auditor.adopt();
    this.insist();
  }

  private insist(): void {
    const { violations } = this.auditor;
    if (violations.length === 0) return;
    const violation = violations.find((found) => !this.isOwnHarm(found));
    if (violation !== undefined) throw new AuditFailure(violation, this.config);
    violations.length = 0;
  }
}
