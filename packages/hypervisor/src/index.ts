// SPDX-License-Identifier: GPL-2.0-or-later
export * from './actor/hypervisor-actor.js';
export * from './core/counters.js';
export * from './core/fidelity.js';
export * from './core/guest-clock.js';
export * from './core/guest-host.js';
export * from './core/interfaces.js';
export * from './core/phases.js';
export * from './core/vcpu-core.js';
export type { VcpuOptions } from './core/vcpu-parts.js';
export * from './core/vcpu-state.js';
export * from './machine/vcpu-machine.js';
