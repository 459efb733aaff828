// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner, hex } from '@lguest-sim/x86';
import type { Assertion } from '../core/violation.js';
import type { DirectorySubject, PageSubject, RememberedSubject } from './subjects.js';
import { pfnOf } from '../core/shadow-walk.js';

/** 7: a page is held once for each present leaf that maps it. */
export const holdsAreLeaves: Assertion<PageSubject> = {
  name: 'holds-are-leaves',
  contract: 7,
  check: ({ host, kinds, pfn, leaves }) => {
    const holds = host.memory.holds[pfn]!;
    if (holds === leaves) return undefined;
    const found = `${holds} references on ${kinds.describe(pfn)}`;
    return { found, expected: `${leaves}, as many as there are present leaves that map it` };
  },
};

/** 20: a guest has no more tables than four slots can need, and each hangs in one of them. */
export const tablesAreBounded: Assertion<RememberedSubject> = {
  name: 'tables-are-bounded',
  contract: 20,
  check: ({ host, guest, remembered }) => {
    const { levels } = host.format;
    // Four entries of PAE's top, each with a table of 512: what two-level paging has in one table.
    const each = levels.length === 2 ? 1 + 1024 : 1 + 4 + 4 * 512;
    const most = guest.slots.length * each;
    const { tables } = remembered;
    if (tables !== guest.tables) {
      const found = `${guest.tables} tables in use`;
      return { found, expected: `${tables}, as many as its slots lead to` };
    }
    if (tables <= most) return undefined;
    return { found: `${tables} tables`, expected: `at most ${most}` };
  },
};

/** 20: a directory leads to a table of the shadow’s that hangs nowhere else. */
export const tableHangsOnce: Assertion<DirectorySubject & { readonly isTaken: boolean }> = {
  name: 'table-hangs-once',
  contract: 20,
  check: ({ host, kinds, entry, isTaken }) => {
    const pfn = pfnOf(entry);
    const isTable = host.memory.owners[pfn] === FrameOwner.shadowTable;
    if (isTable && !isTaken) return undefined;
    const found = isTaken ? `table ${hex(pfn)}, which hangs elsewhere too` : kinds.describe(pfn);
    return { entry, found, expected: 'a shadow table of its own' };
  },
};
