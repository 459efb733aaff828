// SPDX-License-Identifier: GPL-2.0-or-later
export * from './actor/launcher-actor.js';
export * from './core/launcher-memory.js';
export * from './core/page-state.js';
