// SPDX-License-Identifier: GPL-2.0-or-later
export * from './descriptors.js';
export * from './guest-data.js';
export * from './hypercalls.js';
export * from './registers.js';
export * from './selectors.js';
export * from './state-page.js';
export * from './stub-gates.js';
export * from './switcher-layout.js';
export * from './traps.js';
