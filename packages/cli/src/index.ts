// SPDX-License-Identifier: GPL-2.0-or-later
export type { ExitCode } from './exit-code.js';
export { main } from './main.js';
