// SPDX-License-Identifier: GPL-2.0-or-later
export * from './bus.js';
export * from './cost-model.js';
export * from './memoised-machine.js';
export * from './mermaid.js';
export * from './messages.js';
export * from './virtual-clock.js';
