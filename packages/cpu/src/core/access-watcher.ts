// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestVirtual } from '@lguest-sim/x86';

/**
 * Someone who looks on at what the running process reads and writes, access by access. What a method
 * throws ends the run: the access it was told of then counts as not made.
 */
export interface AccessWatcher {
  /**
   * The process has written a token.
   * @param address of the first byte, unsigned; the part lies in one page
   * @param size bytes
   * @param token its byte k modulo 4 is what byte k of the part now is
   */
  stored(address: GuestVirtual, size: number, token: number): void;
  /**
   * The process has read a part of a page.
   * @param address of the first byte, unsigned
   * @param size bytes
   * @param hostBytes host memory, to be looked at and not changed
   * @param physical where the CPU read: host-physical address of the first byte, unsigned
   */
  loaded(address: GuestVirtual, size: number, hostBytes: Uint8Array, physical: number): void;
}
