// SPDX-License-Identifier: GPL-2.0-or-later
import { inject } from 'vitest';

/**
 * What was made ready before the tests.
 * @typedef {object} Packed
 * @property {string} tarballs directory of all tarballs
 * @property {string} project directory of the project that has them installed
 * @property {string} complaints what the compiler said of the examples
 */

/** @type {Packed} */
export const packed = inject(/** @type {never} */ ('packed'));
