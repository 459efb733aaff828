// SPDX-License-Identifier: GPL-2.0-or-later
export * from './core/check-operations.js';
export * from './core/describe-operation.js';
export * from './core/hostile-guest.js';
export type { HostileEvent, HostileGuestSnapshot, HostileProcess } from './core/hostile-state.js';
export * from './core/known-deaths.js';
export { HOSTILE_LAYOUT } from './core/layout.js';
export * from './core/operation.js';
