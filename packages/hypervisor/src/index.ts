// SPDX-License-Identifier: GPL-2.0-or-later
export * from './actor/hypervisor-actor.js';
export * from './core/counters.js';
export type { Fidelity } from './core/fidelity.js';
export { DEFAULT_MEMORY_BASE, GuestHost, OUT_OF_MEMORY, RESTART } from './core/guest-host.js';
export type { GuestEnd, GuestHostSnapshot } from './core/guest-host.js';
export type {
  GuestListener,
  GuestMemory,
  GuestTranslator,
  HostClock,
  SwitcherFrames,
} from './core/interfaces.js';
export * from './core/phases.js';
export * from './core/vcpu-core.js';
export type { VcpuOptions } from './core/vcpu-parts.js';
export * from './core/vcpu-state.js';
export * from './machine/vcpu-machine.js';
