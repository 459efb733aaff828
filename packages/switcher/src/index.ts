// SPDX-License-Identifier: GPL-2.0-or-later
export * from './actor/switcher-actor.js';
export * from './core/host-crash.js';
export * from './core/switcher-pages.js';
export * from './core/world-switch.js';
export * from './machine/switcher-machine.js';
