// SPDX-License-Identifier: GPL-2.0-or-later
export * from './actor/cpu-actor.js';
export type * from './core/access-watcher.js';
export * from './core/counters.js';
export * from './core/cpu-core.js';
export type * from './core/exit.js';
export type * from './core/guest-code.js';
export * from './core/inspect-walk.js';
export * from './core/mmu.js';
export { Need, Right } from './core/rights.js';
export * from './core/policy-tlb.js';
export * from './core/tlb.js';
export * from './core/tlb-policies.js';
export type * from './core/tlb-policy.js';
export * from './core/triple-fault.js';
export * from './core/walker.js';
export * from './machine/host-cpu-machine.js';
