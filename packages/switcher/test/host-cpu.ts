// SPDX-License-Identifier: GPL-2.0-or-later
import { REGISTER_WORDS } from '@lguest-sim/abi';
import type { SwitcherCpu } from '../src/index.js';

/** A host CPU that is only what the Switcher needs: pages by virtual page number, per CR3. */
export class PlainCpu implements SwitcherCpu {
  readonly registers = new Int32Array(REGISTER_WORDS);
  cr3 = 0;
  readonly loads: number[] = [];
  readonly tables = new Map<number, Map<number, number>>();

  /** Maps the page of a virtual address to a frame in the table that `cr3` names. */
  map(cr3: number, address: number, pfn: number): void {
    const table = this.tables.get(cr3) ?? new Map<number, number>();
    this.tables.set(cr3, table.set(address >>> 12, pfn));
  }

  unmap(cr3: number, address: number): void {
    this.tables.get(cr3)?.delete(address >>> 12);
  }

  loadCr3(address: number): void {
    this.cr3 = address;
    this.loads.push(address);
  }

  translate(address: number): number {
    const pfn = this.tables.get(this.cr3)?.get(address >>> 12);
    return pfn === undefined ? -1 : pfn * 4096 + (address & 0xfff);
  }
}
