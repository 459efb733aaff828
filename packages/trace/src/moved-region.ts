// SPDX-License-Identifier: GPL-2.0-or-later

/** A stretch of the traced program's address space that was moved as a whole. */
export interface MovedRegion {
  /** Start address in the trace; bigint since a 64-bit one may be beyond 2^53. */
  readonly from: bigint;
  /** Start address in the guest. */
  readonly to: number;
  /** Its length. */
  readonly bytes: number;
}

/** One block's place: block `from` of the trace is at slot `to` of the guest. */
export interface BlockPlace {
  readonly from: number;
  readonly to: number;
}

/**
 * Joins blocks that lie next to each other at both ends.
 *
 * @param blockBytes what a block and a slot measure.
 */
export function mergeBlocks(places: Iterable<BlockPlace>, blockBytes: number): MovedRegion[] {
  const regions: MovedRegion[] = [];
  let first: BlockPlace | undefined;
  let last: BlockPlace | undefined;
  const flush = (): void => {
    if (first === undefined || last === undefined) return;
    regions.push({
      from: BigInt(first.from) * BigInt(blockBytes),
      to: first.to * blockBytes,
      bytes: (last.from - first.from + 1) * blockBytes,
    });
  };
  for (const place of [...places].sort((a, b) => a.from - b.from)) {
    if (last === undefined || place.from !== last.from + 1 || place.to !== last.to + 1) {
      flush();
      first = place;
    }
    last = place;
  }
  flush();
  return regions;
}

/** An address for people: `0x` and at least eight digits. */
export function hexAddress(address: number | bigint): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
