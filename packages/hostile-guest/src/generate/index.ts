// SPDX-License-Identifier: GPL-2.0-or-later
export { hostileOperations } from './operations.js';
export type { HostileLimits } from './operations.js';
