// SPDX-License-Identifier: GPL-2.0-or-later

/** A number of up to 64 bits as two unsigned 32-bit halves. */
export interface Word64 {
  /** Bits 0 to 31, unsigned. */
  readonly low: number;
  /** Bits 32 to 63, unsigned. */
  readonly high: number;
}

/** What the Launcher can make of a guest page. */
export const launcherStates: readonly LauncherState[] = ['anon', 'private', 'readonly', 'hole'];
/** What a page of the Launcher is: anonymous, private to a file, read-only from a file, or not there. */
export type LauncherState = 'anon' | 'private' | 'readonly' | 'hole';

/**
 * One operation of a trace, its hexadecimal strings turned into numbers. Addresses are in bytes and
 * unsigned; `gpfn` and `count` of `launcher` and `n` of `hostPageLimit` are in pages.
 */
export type Operation =
  | { readonly op: 'initGuestPagetable'; readonly rand: readonly number[] }
  | { readonly op: 'guestDataInit'; readonly vcpu: number; readonly gpa: number }
  | {
      readonly op: 'demandPage';
      readonly vcpu: number;
      readonly vaddr: number;
      readonly errcode: number;
    }
  | { readonly op: 'pinPage'; readonly vcpu: number; readonly vaddr: number }
  | {
      readonly op: 'setStack';
      readonly vcpu: number;
      readonly esp: number;
      readonly ss: number;
      readonly pages: number;
    }
  | {
      readonly op: 'newPagetable';
      readonly vcpu: number;
      readonly pgtable: number;
      readonly rand: readonly number[];
    }
  | {
      readonly op: 'setPte';
      readonly vcpu: number;
      readonly gpgdir: number;
      readonly vaddr: number;
      readonly pte: Word64;
    }
  | { readonly op: 'setPgd'; readonly gpgdir: number; readonly idx: number }
  | { readonly op: 'setPmd'; readonly pmdp: number; readonly idx: number }
  | { readonly op: 'flushUser'; readonly vcpu: number }
  | { readonly op: 'clearAll'; readonly vcpu: number }
  | { readonly op: 'guestPa'; readonly vcpu: number; readonly vaddr: number }
  | { readonly op: 'mapSwitcher'; readonly vcpu: number; readonly hostCpu: number }
  | {
      readonly op: 'guestWrite';
      readonly gpa: number;
      readonly size: 4 | 8;
      readonly value: Word64;
    }
  | {
      readonly op: 'guestWriteRun';
      readonly gpa: number;
      readonly size: 4 | 8;
      readonly count: number;
      readonly first: Word64;
      readonly step: Word64;
    }
  | {
      readonly op: 'launcher';
      readonly gpfn: number;
      readonly count: number;
      readonly state: LauncherState;
    }
  | { readonly op: 'hostPageLimit'; readonly n: number | null }
  | { readonly op: 'free' };

/** Name of an operation, as in a trace's `op`. */
export type OperationName = Operation['op'];
