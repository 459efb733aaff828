// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType } from '@lguest-sim/abi';

/** Bytes of a gate in the interrupt descriptor table. */
export const GATE_BYTES = 8;

/**
 * Reads a gate's two words.
 *
 *     low     selector 31..16 | offset 15..0
 *     high    offset  31..16 | P 15 | DPL 14..13 | 0 | type 11..8 | 0
 *
 * Source: Intel SDM volume 3, section 7.11.
 */
export const gate = {
  selector: (low: number): number => low >>> 16,
  offset: (low: number, high: number): number => (high & ~0xffff) | (low & 0xffff),
  isPresent: (high: number): boolean => (high & 0x8000) !== 0,
  privilege: (high: number): number => (high >>> 13) & 3,
  isInterruptGate: (high: number): boolean => ((high >>> 8) & 0xf) === GateType.interrupt,
} as const;
