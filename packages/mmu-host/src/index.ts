// SPDX-License-Identifier: GPL-2.0-or-later
export * from './actor/mmu-host-actor.js';
export type { MmuCounters } from './core/counters.js';
export * from './core/eviction.js';
export * from './core/eviction-policies.js';
export * from './core/fidelity.js';
export * from './core/host-oops.js';
export * from './core/interfaces.js';
export { ORIGINAL_SLOTS } from './core/mmu-state.js';
export { ShadowMmu } from './core/shadow-mmu.js';
export type { ShadowMmuSnapshot, ShadowVcpuSnapshot, SlotSnapshot } from './core/snapshot.js';
export * from './machine/guest-machine.js';
export * from './machine/slot-machine.js';
