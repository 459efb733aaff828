// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * How a guest kernel sees to it that a new page of a process reads as zeros.
 *
 * - `eager`: it clears every frame, and marks the page dirty at once, as Linux does.
 * - `lazy`: it knows that the Launcher's memory is zeros until somebody stores there, so a frame is
 *   cleared only if it was used before; and a page that is not dirty still is zeros, so that it needs
 *   no copy at a copy-on-write fault. The interface allows that: a page of `/dev/zero`, and a dirty
 *   bit that tells of every store, are what hardware would give.
 */
export type Zeroing = 'eager' | 'lazy';

/** The ways there are. */
export const zeroingNames: readonly Zeroing[] = ['eager', 'lazy'];
