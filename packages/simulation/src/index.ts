// SPDX-License-Identifier: GPL-2.0-or-later
export { auditModes, catalogue as contractAssertions } from '@lguest-sim/audit';
export type { AuditMode, ContractEntry, MessagePlace, Violation } from '@lguest-sim/audit';
export * from './audit-failure.js';
export * from './check-failure.js';
export * from './config.js';
export * from './guest-groups.js';
export * from './host-scheduler.js';
export * from './laws.js';
export * from './machines.js';
export * from './migration-policy.js';
export * from './plan.js';
export * from './result-document.js';
export * from './run-machine.js';
export * from './simulation.js';
export { zeroingNames, type Zeroing } from '@lguest-sim/guest-kernel';
export type { TraceFeedSnapshot } from './trace-feed.js';
