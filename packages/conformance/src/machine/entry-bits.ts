// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, hex } from '@lguest-sim/x86';
import type { NamedFrames } from './named-frames.js';

const FLAGS = 0xfff;
/** Bits 44 to 63 of a PAE leaf, in its high word. */
const HIGH_FLAGS = 0xfffff000 | 0;

/** Flags of a top- or middle-level entry; 0 if it is not present. */
export function tableFlags(entry: number): number {
  return (entry & Flag.present) === 0 ? 0 : entry & FLAGS;
}

/** Whether a leaf is empty: no flags at all, as in a zero entry or after a failed pinning. */
export function isEmptyLeaf(low: number, high: number): boolean {
  return (low & FLAGS) === 0 && (high & HIGH_FLAGS) === 0;
}

/** Page number in a leaf: bits 12 to 31, under PAE bits 12 to 43. */
export function leafFrame(low: number, high: number): number {
  return (low >>> 12) + (high & FLAGS) * 2 ** 20;
}

/** A leaf as a trace writes it: the page's name and the flags. */
export function decodeLeaf(
  low: number,
  high: number,
  frames: NamedFrames,
): readonly [page: string, flags: string] {
  if (isEmptyLeaf(low, high)) return ['none', '0x0'];
  const flagsHigh = (high & HIGH_FLAGS) >>> 0;
  const flagsLow = low & FLAGS;
  const flags =
    flagsHigh === 0 ? hex(flagsLow) : `${hex(flagsHigh)}${flagsLow.toString(16).padStart(8, '0')}`;
  return [frames.nameOf(leafFrame(low, high)), flags];
}
