// SPDX-License-Identifier: GPL-2.0-or-later

/** Node and browsers have it, but the language itself does not. */
declare function structuredClone<T>(value: T): T;

/** A state as it comes out of a checkpoint: a copy that shares nothing. */
export function copyOf<T>(state: T): T {
  return structuredClone(state);
}
