// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestPhysical } from '@lguest-sim/x86';
import { NO_MEMORY, type Kernel } from '../kernel.js';
import { Routine } from '../routine.js';
import { linkTable } from '../tables.js';

/**
 * Makes the tables of an empty address space. Returns the gpa of the top level, or NO_MEMORY.
 *
 * The kernel's part is a copy of the boot table, which has nothing else; the host need not be told.
 */
export const newTables = new Routine('new tables', { begin });

function begin(kernel: Kernel): undefined {
  const directory = kernel.allocate();
  const middles = allocateMiddles(kernel);
  const pages = [directory, ...middles];
  if (pages.includes(NO_MEMORY)) {
    for (const page of pages) if (page !== NO_MEMORY) kernel.free(page);
    kernel.context!.value = NO_MEMORY;
    return;
  }
  kernel.emit.copyPage(kernel.layout.swapperTop, directory);
  middles.forEach((middle, index) => {
    kernel.emit.clearPage(middle);
    linkTable(kernel, kernel.layout.format.top, directory, index, middle);
  });
  kernel.context!.value = directory;
}

/**
 * PAE: a middle table for each of the process's top-level entries, from the start as in Linux, since
 * the CPU reads the top-level entries only when CR3 is loaded.
 */
function allocateMiddles(kernel: Kernel): GuestPhysical[] {
  const { format, kernelTopIndex } = kernel.layout;
  if (format.middle === undefined) return [];
  return Array.from({ length: kernelTopIndex }, () => kernel.allocate());
}
