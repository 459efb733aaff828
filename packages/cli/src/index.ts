// SPDX-License-Identifier: GPL-2.0-or-later
export { main } from './main.js';
