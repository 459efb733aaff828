// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_MASK, PAGE_SIZE, hex } from '@lguest-sim/x86';

/** @throws RangeError unless `bytes` bytes from `address` are aligned and in one page */
export function assertInPage(address: number, alignment: number, bytes: number): void {
  if ((address & (alignment - 1)) !== 0 || (address & ~PAGE_MASK) + bytes > PAGE_SIZE) {
    throw new RangeError(
      `instruction operand ${hex(address)}: expected ${bytes} bytes in one page, aligned to ${alignment}`,
    );
  }
}
