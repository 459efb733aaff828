// SPDX-License-Identifier: GPL-2.0-or-later
import { HOSTILE_LAYOUT } from './layout.js';

/** An access of a process: what it does, at which guest-virtual address, of how many bytes. */
export type ProcessAccess = readonly [
  kind: 'fetch' | 'load' | 'store',
  address: number,
  bytes: number,
];

/** A range of bytes that a hypercall or a store puts in, as a word: 0 to 2^32 - 1. */
export type Word = number;

/**
 * Something that a hostile guest does. Plain data; all numbers are whole and from 0 to 2^32 - 1
 * unless said otherwise. Addresses that have to be aligned are made so by clearing their low bits.
 */
export type HostileOperation =
  /**
   * Sets itself up as an honest kernel would, see `HOSTILE_LAYOUT`; its first table is at `top`, one of
   * `BOOT_TOPS`.
   */
  | { readonly do: 'boot'; readonly top: Word }
  /** `int 0x1f` with this number and up to four arguments (others are 0). */
  | { readonly do: 'call'; readonly number: Word; readonly args: readonly Word[] }
  /** Puts a call into the ring's next entry, with this status byte (0 to 255; 255 means empty). */
  | {
      readonly do: 'queue';
      readonly status: number;
      readonly number: Word;
      readonly args: readonly Word[];
    }
  /** Writes an entry of one of its tables: behind the host's back. `high` is PAE's, or dropped. */
  | {
      readonly do: 'entry';
      readonly table: Word;
      readonly index: number;
      readonly low: Word;
      readonly high: Word;
    }
  /** Writes words to its memory, from a guest-physical address on: ditto. */
  | { readonly do: 'write'; readonly gpa: Word; readonly words: readonly Word[] }
  /** Its kernel touches a virtual address. */
  | { readonly do: 'touch'; readonly kind: 'fetch' | 'load' | 'store'; readonly address: Word }
  /** Stores words of a page one after the other, each `step` more than the one before: `rep stos`. */
  | {
      readonly do: 'fill';
      readonly address: Word;
      readonly value: Word;
      readonly step: Word;
      readonly count: number;
    }
  /** Copies a page: `rep movs`. */
  | { readonly do: 'copy'; readonly from: Word; readonly to: Word }
  /** Pushes this frame on its stack and executes `iret`. In ring 3 it then makes the accesses. */
  | {
      readonly do: 'return';
      readonly eip: Word;
      readonly cs: Word;
      readonly eflags: Word;
      readonly esp: Word;
      readonly ss: Word;
      readonly accesses: readonly ProcessAccess[];
    }
  /** `int n`, `vector` from 0 to 255. */
  | { readonly do: 'interrupt'; readonly vector: number }
  /** An instruction that raises this exception: one of `RAISED_VECTORS`. */
  | { readonly do: 'raise'; readonly vector: number; readonly errorCode: Word }
  /** Has this stack pointer from now on, at the beginning of each operation. */
  | { readonly do: 'stack'; readonly esp: Word };

/** Where the first table of a guest can be: address 0 is what linear mode's own slot is known by. */
export const BOOT_TOPS: readonly number[] = [HOSTILE_LAYOUT.tops[0], 0];

/** Exceptions that the guest kernel's instructions can raise without an access to memory. */
export const RAISED_VECTORS: readonly number[] = [
  0, 1, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 17, 18, 19,
];

/** Most accesses that an operation makes, and most words that it writes. */
export const MOST_ACCESSES = 64;
/** Words that one operation can write. */
export const MOST_WORDS = 1024;
/** Most bytes of an access. */
export const MOST_BYTES = 64;
/** Most operations of a guest. */
export const MOST_OPERATIONS = 100_000;
