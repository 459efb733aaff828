// SPDX-License-Identifier: GPL-2.0-or-later
import { registersAddress, stateAddress } from '@lguest-sim/abi';
import { Flag, FrameOwner, PAGE_SIZE, hex } from '@lguest-sim/x86';
import { isPresent, pfnOf, walkShadow } from '../core/shadow-walk.js';
import type { Assertion, Problem, TableEntry } from '../core/violation.js';
import type { DirectorySubject, EntrySubject, SlotSubject } from './subjects.js';

/** 11: a directory has only flags that a guest may have there, and leads to a shadow table. */
export const directoryFlags: Assertion<DirectorySubject> = {
  name: 'directory-flags',
  contract: 11,
  check: ({ host, entry, depth }) => {
    const { tableFlags } = host.format.levels[depth]!;
    // Under PAE the CPU walks the top level as it latched it, and sets no bits there.
    if ((entry.low & 0xfff & ~tableFlags) === 0 && entry.high === 0) return undefined;
    const found = `flags ${hex(entry.low & 0xfff)}`;
    return { entry, found, expected: `at most ${hex(tableFlags)}` };
  },
};

/** 5: every directory entry on the Switcher's path is there, writable, and leads to a table. */
export const switcherPath: Assertion<SlotSubject> = {
  name: 'switcher-path',
  contract: 5,
  check: (subject) => {
    if (!subject.slot.switcherMapped) return undefined;
    for (const entry of directoriesOf(subject)) {
      const problem = pathProblem(subject, entry);
      if (problem !== undefined) return { entry, ...problem };
    }
    return undefined;
  },
};

function pathProblem({ host }: SlotSubject, entry: TableEntry): Problem | undefined {
  const expected = 'a present, writable entry that leads to a shadow table';
  if (!isPresent(entry)) return { found: 'an entry that is not present', expected };
  const hasRights =
    host.format.levels.find(({ shift }) => shift === entry.level)?.hasRights ?? true;
  if (hasRights && (entry.low & Flag.writable) === 0) {
    return { found: 'an entry without RW', expected };
  }
  if (host.memory.owners[pfnOf(entry)] === FrameOwner.shadowTable) return undefined;
  return { found: 'an entry that leads elsewhere', expected };
}

/**
 * Directory entries that lead to the Switcher's pages, as far as they exist. They are few pages: what
 * leads to the first and to the last leads to all.
 */
function directoriesOf({ host, slot, index }: SlotSubject): TableEntry[] {
  const { layout } = host;
  const entries: TableEntry[] = [];
  const first = layout.address;
  const last = first + (layout.totalPages - 1) * PAGE_SIZE;
  const isOneTable = (first ^ last) >>> host.format.levels.at(-2)!.shift === 0;
  for (const address of isOneTable ? [first] : [first, last]) {
    const walk = walkShadow(host, index, slot.topPfn, address);
    entries.push(...(walk.leaf === undefined ? walk.entries : walk.entries.slice(0, -1)));
  }
  return entries;
}

/** 17: a slot is said to have the Switcher if and only if it has all tables for it and the text. */
export const switcherMappedIsTrue: Assertion<SlotSubject> = {
  name: 'switcher-mapped-is-true',
  contract: 17,
  check: (subject) => {
    const { host, slot, index } = subject;
    const { layout } = host;
    const text = walkShadow(host, index, slot.topPfn, layout.address);
    const isThere = directoriesOf(subject).every(isPresent) && isPresent(text.leaf);
    if (isThere === slot.switcherMapped) return undefined;
    const say = (mapped: boolean): string => `a table ${mapped ? 'with' : 'without'} the Switcher`;
    const found = `${say(isThere)} in slot ${index}`;
    return { entry: text.leaf, found, expected: say(slot.switcherMapped) };
  },
};

/** 4: at an entry the table shows the two pages of this host CPU, and of no other. */
export const onlyThisCpuMapped: Assertion<EntrySubject> = {
  name: 'only-this-cpu-mapped',
  contract: 4,
  check: (subject) => {
    const { host, guest, cpu } = subject;
    const { lastHostCpu } = guest.slots[guest.slot]!;
    if (lastHostCpu !== cpu) {
      return { found: `a slot of host CPU ${lastHostCpu}`, expected: `one of host CPU ${cpu}` };
    }
    for (let other = 0; other < host.cpus.length; other++) {
      const own = other === cpu;
      const registers = registersAddress(host.layout, other);
      const state = stateAddress(host.layout, other);
      const problem =
        leafProblem(subject, registers, own ? guest.registersFrame : undefined) ??
        leafProblem(subject, state, own ? host.state(cpu) : undefined);
      if (problem !== undefined) return problem;
    }
    return undefined;
  },
};

/** What is wrong with the current table's leaf for an address that is to map a page, or none. */
function leafProblem(
  { host, guest, kinds }: EntrySubject,
  address: number,
  pfn: number | undefined,
): Problem | undefined {
  const { topPfn } = guest.slots[guest.slot]!;
  const { leaf } = walkShadow(host, guest.slot, topPfn, address);
  const found = isPresent(leaf) ? pfnOf(leaf) : undefined;
  if (found === pfn) return undefined;
  const say = (page: number | undefined): string =>
    page === undefined
      ? `nothing at ${hex(address)}`
      : `${kinds.describe(page)} at ${hex(address)}`;
  return { entry: leaf, found: say(found), expected: say(pfn) };
}
