// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Predictions: what a place in the program accessed when it was last there, it often accesses again,
 * and a jump often goes where it went. Both ends keep the same table.
 *
 * A place is the fetch before and how many accesses came since. Only the bits of an address that
 * moving a region leaves alone (0 to 21) may count.
 */
export const PREDICTIONS = 4096;
export const PREDICTION_MASK = PREDICTIONS - 1;

/** How far on in the table an instruction's next access has its place. */
export const PLACE_STEP = 1031;

/** No address is that: neither a guest's, nor a block's. */
export const UNSET = -1;

/** The place after a fetch. */
export function placeAfterFetch(address: number): number {
  return (address ^ (address >>> 10)) & PREDICTION_MASK;
}
