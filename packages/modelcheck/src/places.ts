// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import { PAGE_SIZE, indexAt, type PagingFormat } from '@lguest-sim/x86';

/** Where the guest's kernel begins. */
export const KERNEL = 0xc0000000;

/** An entry of the guest's tables that it may write. */
export interface Cell {
  /** Guest-physical address in bytes. */
  readonly gpa: number;
  /** Depth of its level from the top, which is 0. */
  readonly depth: number;
  readonly text: string;
}

/**
 * The addresses and tables that the small machine's guest uses. All its tables are in two pages, so
 * that three pages of memory are enough: the entries that are used of a top, a middle and a leaf table
 * lie side by side in page 0, and the second top table is in page 1. So what is a directory may
 * be mapped as data too.
 */
export class Places {
  /** Guest-physical addresses of the two top tables. The first is what linear mode's slot says. */
  readonly tops: readonly number[] = [0, PAGE_SIZE];
  /** Page that the middle and leaf tables are in. */
  readonly tablePage = 0;
  /** First page that no table is in: untouched, so that the zero page is behind it. */
  readonly dataPage = 2;
  /** A page of a process, of the guest's kernel, and just below the Switcher, under its top entry. */
  readonly user = 0x01020000;
  readonly kernel = 0xc0821000;
  readonly besideSwitcher: number;
  /** A page that is inside guest memory in linear mode. */
  readonly linear = 2 * PAGE_SIZE;
  readonly switcher: number;
  private readonly format: PagingFormat;

  constructor(format: PagingFormat, layout: SwitcherLayout) {
    this.format = format;
    const level = format.levels[format.levels.length - 2]!;
    const region = 2 ** level.shift;
    this.switcher = layout.address;
    this.besideSwitcher = Math.floor(layout.address / region) * region + 0x22000;
  }

  /** The three addresses that the guest has entries for, with a word for each. */
  get addresses(): readonly (readonly [name: string, address: number])[] {
    return [
      ['user', this.user],
      ['kernel', this.kernel],
      ['beside the Switcher', this.besideSwitcher],
    ];
  }

  /** Every entry that is on the way to one of the addresses, once. */
  cells(): readonly Cell[] {
    const found = new Map<number, Cell>();
    const names = this.format.levels.map(({ name }) => name);
    for (const [name, address] of this.addresses) {
      for (const [depth, level] of this.format.levels.entries()) {
        const index = indexAt(level, address);
        const tables = depth === 0 ? this.tops : [this.tablePage * PAGE_SIZE];
        for (const table of tables) {
          const gpa = table + index * this.format.entryBytes;
          const text = `${names[depth]} entry ${index} (${name})`;
          if (!found.has(gpa)) found.set(gpa, { gpa, depth, text });
        }
      }
    }
    return [...found.values()];
  }
}
