// SPDX-License-Identifier: GPL-2.0-or-later
export { catalogue, type ContractEntry } from './assertions/catalogue.js';
export * from './core/audited.js';
export { AuditedMmu, type ShadowMmuView } from './core/audited-mmu.js';
export * from './core/auditor.js';
export * from './core/violation.js';
