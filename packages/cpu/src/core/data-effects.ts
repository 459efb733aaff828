// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Mixes bytes that a process loads into its checksum.
 *
 * @param at host-physical address of the first byte, unsigned
 * @returns the new checksum, signed
 */
export function loadBytes(bytes: Uint8Array, at: number, size: number, checksum: number): number {
  for (let end = at + size; at < end; at++) checksum = (Math.imul(checksum, 31) + bytes[at]!) | 0;
  return checksum;
}

/**
 * Writes a process's store token: byte k of the part is the token's byte k modulo 4.
 * @param at host-physical address of the first byte, unsigned
 */
export function storeBytes(bytes: Uint8Array, at: number, size: number, token: number): void {
  for (let k = 0; k < size; k++) bytes[at + k] = token >>> ((k & 3) << 3);
}
