// SPDX-License-Identifier: GPL-2.0-or-later
export { GuestKernelActor } from './actor/guest-kernel-actor.js';
export type { GuestKernelActorOptions, KernelEventSource } from './actor/guest-kernel-actor.js';
export type { ProcessExit } from './core/exit-code.js';
export { GuestKernel } from './core/guest-kernel.js';
export type { GuestKernelOptions, GuestProcess } from './core/guest-kernel.js';
export type { KernelEvent } from './core/kernel.js';
export { DEFAULT_PAGE_OFFSET } from './core/layout.js';
export type { KernelLayout } from './core/layout.js';
export type { MemoryWatcher } from './core/memory-watcher.js';
export { firstStoreToken } from './core/process.js';
export type { ProcessOptions, ProcessResult } from './core/process.js';
export type { ProcessCounts } from './core/process-counts.js';
export type { GuestKernelSnapshot } from './core/snapshot.js';
export { zeroingNames } from './core/zeroing.js';
export type { Zeroing } from './core/zeroing.js';
export { guestKernelMachine } from './machine/guest-kernel-machine.js';
export type { GuestKernelMachineEvent } from './machine/guest-kernel-machine.js';
