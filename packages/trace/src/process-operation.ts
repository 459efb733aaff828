// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * What a system call does to the process that makes it, as far as a guest kernel has to do it too.
 *
 * Addresses and sizes are in bytes; addresses are already moved below the guest kernel's address.
 * A system call without an operation changes nothing that a guest kernel keeps.
 */
export type ProcessOperation =
  /** `end`: the new program break. */
  | { readonly kind: 'brk'; readonly end: number }
  /** An anonymous or private mapping; replaces what was there. */
  | {
      readonly kind: 'map';
      readonly start: number;
      readonly bytes: number;
      readonly writable: boolean;
    }
  | { readonly kind: 'unmap'; readonly start: number; readonly bytes: number }
  | {
      readonly kind: 'protect';
      readonly start: number;
      readonly bytes: number;
      readonly accessible: boolean;
      readonly writable: boolean;
    }
  /** `child`: process id of the child. */
  | { readonly kind: 'fork'; readonly child: number }
  /** The address space is replaced by an empty one. */
  | { readonly kind: 'exec' }
  /**
   * `child`: process id of the child waited for, null for any. `blocks`: the call waits until such
   * a child has ended. A wait that found no child comes without an operation.
   */
  | { readonly kind: 'wait'; readonly child: number | null; readonly blocks: boolean }
  | { readonly kind: 'exit' }
  /** Another process can have the CPU. */
  | { readonly kind: 'yield' }
  /** It wants nothing of the CPU for that long. */
  | { readonly kind: 'sleep'; readonly nanoseconds: number }
  /** Kernel mapping churn: map, touch and unmap so many pages above the kernel's address. */
  | { readonly kind: 'kernel-map'; readonly pages: number; readonly how: 'vmalloc' | 'kmap' };
