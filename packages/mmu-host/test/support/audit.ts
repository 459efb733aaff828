// SPDX-License-Identifier: GPL-2.0-or-later
import { registersAddress, stateAddress } from '@lguest-sim/abi';
import { Flag, FrameOwner, hex } from '@lguest-sim/x86';
import { readShadow, pathOf, type Shadow, type ShadowLeaf } from './shadow.js';
import type { TestMachine } from './test-machine.js';

/** What breaks the contract of the facts sheet's section 9, in words; empty if nothing does. */
export function audit(machine: TestMachine): string[] {
  const shadow = readShadow(machine);
  return [
    ...holds(machine, shadow),
    ...tables(machine, shadow),
    ...shadow.leaves.flatMap((leaf) => leafFaults(machine, leaf)),
    ...machine.mmu.slots.flatMap((_, slot) => switcherFaults(machine, slot)),
  ];
}

/** Assertion 7: as many holds on each page as present leaves that map it. */
function holds(machine: TestMachine, { leaves }: Shadow): string[] {
  const expected = new Map<number, number>();
  for (const { pfn } of leaves) expected.set(pfn, (expected.get(pfn) ?? 0) + 1);
  const faults: string[] = [];
  for (let pfn = 0; pfn < machine.host.frameCount; pfn++) {
    const held = machine.host.holds[pfn]!;
    const mapped = expected.get(pfn) ?? 0;
    if (held !== mapped) faults.push(`page ${hex(pfn)}: ${mapped} leaves, ${held} holds`);
  }
  return faults;
}

/** Assertions 5, 6 and 20: each table's page is one's own, once, and none is lost. */
function tables(machine: TestMachine, { tables: found }: Shadow): string[] {
  const faults: string[] = [];
  if (new Set(found).size !== found.length) faults.push('a page is two tables at once');
  if (found.length !== machine.tablesInUse) {
    faults.push(`${found.length} tables, ${machine.tablesInUse} pages taken for them`);
  }
  for (const pfn of found) {
    if (machine.host.owners[pfn] !== FrameOwner.shadowTable)
      faults.push(`table ${hex(pfn)}: freed`);
  }
  return faults;
}

/** Assertions 1, 2, 3 and 8, for one leaf. */
function leafFaults(machine: TestMachine, leaf: ShadowLeaf): string[] {
  const { layout, host, memory } = machine;
  const where = `slot ${leaf.slot} ${hex(leaf.vaddr)}`;
  if (leaf.vaddr >= layout.address) {
    return isSwitcherLeaf(machine, leaf) ? [] : [`${where}: not the Switcher's page for it`];
  }
  const owner = host.owners[leaf.pfn]!;
  const isGuestPage =
    owner === FrameOwner.launcher || owner === FrameOwner.none || owner === FrameOwner.zeroPage;
  const faults = isGuestPage ? [] : [`${where}: maps a page of owner ${owner}`];
  const isWritable = (leaf.flags & Flag.writable) !== 0;
  if (isWritable && owner !== FrameOwner.none && !memory.gotForWriting.has(leaf.pfn)) {
    faults.push(`${where}: writable, but got for reading`);
  }
  if ((leaf.flags & (Flag.pageSize | Flag.global)) !== 0) faults.push(`${where}: PSE or G`);
  return faults;
}

function isSwitcherLeaf(machine: TestMachine, { vaddr, pfn, flags }: ShadowLeaf): boolean {
  const { layout, text, states, registers } = machine;
  if (vaddr === layout.address) return pfn === text && flags === 0x161;
  for (let cpu = 0; cpu < layout.hostCpus; cpu++) {
    if (vaddr === registersAddress(layout, cpu)) return registers.includes(pfn) && flags === 0x63;
    if (vaddr === stateAddress(layout, cpu)) return pfn === states[cpu] && flags === 0x61;
  }
  return false;
}

/** Assertions 4, 5 and 17: the Switcher's path of a slot that is believed to have it. */
function switcherFaults(machine: TestMachine, slot: number): string[] {
  const { mmu, layout, format } = machine;
  const { allocated, switcherMapped, lastHostCpu } = mmu.slots[slot]!;
  if (!allocated || !switcherMapped) return [];
  const faults: string[] = [];
  for (let page = 0; page < layout.totalPages; page++) {
    const vaddr = layout.address + page * 4096;
    const path = pathOf(machine, slot, vaddr);
    if (path.length < format.levels.length) faults.push(`slot ${slot} ${hex(vaddr)}: no path`);
    const directories = path.slice(0, -1);
    const isWritable = directories.every(
      ({ low }, depth) => !format.levels[depth]!.hasRights || (low & Flag.writable) !== 0,
    );
    if (!isWritable) faults.push(`slot ${slot} ${hex(vaddr)}: path not writable`);
    if (page === 0 && (path.at(-1)!.low & Flag.present) === 0) faults.push(`slot ${slot}: no text`);
  }
  if (lastHostCpu === -1) return faults;
  for (let cpu = 0; cpu < layout.hostCpus; cpu++) {
    const present = pathOf(machine, slot, registersAddress(layout, cpu)).at(-1)!.low & Flag.present;
    if (present !== (cpu === lastHostCpu ? 1 : 0)) {
      faults.push(`slot ${slot}: leaf of host CPU ${cpu}, last on ${lastHostCpu}`);
    }
  }
  return faults;
}
