// SPDX-License-Identifier: GPL-2.0-or-later

/** An access as the reference model takes it. */
export interface ReferenceAccess {
  readonly vaddr: number;
  readonly user: boolean;
  readonly kind: 'fetch' | 'load' | 'store';
}

export type ReferenceResult =
  | { readonly fault: true; readonly errorCode: number }
  | {
      readonly fault: false;
      readonly page: number;
      readonly writable: boolean;
      readonly user: boolean;
      readonly executable: boolean;
      readonly dirty: boolean;
    };

/**
 * The page walk once more, written from the manual without a look at speed or at the walker: byte by
 * byte, entries as 64-bit integers, levels spelled out. Sets accessed and dirty bits in `bytes`.
 */
export function referenceWalk(
  bytes: Uint8Array,
  pae: boolean,
  cr3: number,
  latch: readonly bigint[],
  access: ReferenceAccess,
): ReferenceResult {
  const size = pae ? 8 : 4;
  const read = (at: number): bigint => {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[at + i]!);
    return value;
  };
  const setBits = (at: number, bits: number): void => {
    bytes[at]! |= bits;
  };
  const write = access.kind === 'store';
  const fault = (protection: boolean): ReferenceResult => ({
    fault: true,
    errorCode:
      (protection ? 1 : 0) +
      (write ? 2 : 0) +
      (access.user ? 4 : 0) +
      (pae && access.kind === 'fetch' ? 16 : 0),
  });
  const bit = (entry: bigint, n: number): boolean => ((entry >> BigInt(n)) & 1n) === 1n;
  const next = (entry: bigint): number => Number((entry >> 12n) & 0xfffffn) * 4096;

  let directory: number;
  let directoryIndex: number;
  let tableIndex: number;
  if (pae) {
    const top = latch[Math.floor(access.vaddr / 2 ** 30)]!;
    if (!bit(top, 0)) return fault(false);
    directory = next(top);
    directoryIndex = Math.floor(access.vaddr / 2 ** 21) % 512;
    tableIndex = Math.floor(access.vaddr / 2 ** 12) % 512;
  } else {
    directory = cr3;
    directoryIndex = Math.floor(access.vaddr / 2 ** 22);
    tableIndex = Math.floor(access.vaddr / 2 ** 12) % 1024;
  }
  const first = directory + directoryIndex * size;
  const pde = read(first);
  if (!bit(pde, 0)) return fault(false);
  const second = next(pde) + tableIndex * size;
  const pte = read(second);
  if (!bit(pte, 0)) return fault(false);

  const writable = bit(pde, 1) && bit(pte, 1);
  const user = bit(pde, 2) && bit(pte, 2);
  const executable = !(bit(pde, 63) || bit(pte, 63));
  if ((access.user && !user) || (write && !writable)) return fault(true);
  if (access.kind === 'fetch' && !executable) return fault(true);
  setBits(first, 0x20);
  setBits(second, 0x20);
  if (write) setBits(second, 0x40);
  return {
    fault: false,
    page: next(pte),
    writable,
    user,
    executable,
    dirty: bit(read(second), 6),
  };
}
