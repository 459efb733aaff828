// SPDX-License-Identifier: GPL-2.0-or-later
export { checkPlugin } from './check-plugin.js';
export type { CheckOptions } from './check-plugin.js';
export type { CheckName, Problem } from './problem.js';
