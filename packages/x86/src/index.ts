// SPDX-License-Identifier: GPL-2.0-or-later
export * from './flags.js';
export * from './host-memory.js';
export * from './instruction-queue.js';
export * from './loaded-words.js';
export * from './page.js';
export * from './paging-format.js';
