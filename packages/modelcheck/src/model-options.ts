// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fidelity } from '@lguest-sim/mmu-host';
import type { PagingFormat } from '@lguest-sim/x86';

/** Which small machine is looked at. */
export interface ModelOptions {
  /** As the original, or mended. */
  readonly fidelity: Fidelity;
  /** Format of all tables. */
  readonly paging: PagingFormat['name'];
  /** Top-level shadow tables that are cached. */
  readonly slots: number;
  /** Host CPUs. */
  readonly cpus: number;
  /** Guest memory in pages: one for tables, one for a second top table, the others untouched. */
  readonly pages: number;
  /** Host pages for shadow tables and the guest's; by default as many as can ever be needed. */
  readonly frames?: number;
}

/** Least and most of each size. */
export const limits = {
  slots: [1, 4],
  cpus: [1, 4],
  pages: [3, 8],
  depth: [1, 64],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;
