// SPDX-License-Identifier: GPL-2.0-or-later
import { registersPage } from '@lguest-sim/abi';
import type { SwitcherRemap } from '@lguest-sim/bus';
import { Flag, type Pfn } from '@lguest-sim/x86';
import { HostOops } from './host-oops.js';
import { KillMessage } from './kill-messages.js';
import type { MmuState } from './mmu-state.js';
import type { Slot, Vcpu } from './slot.js';

/** The text: read-only, executable, for the kernel only; G has no effect, as PGE is off. */
const TEXT_FLAGS = Flag.present | Flag.accessed | Flag.dirty | Flag.global;
/** The regs page: the Switcher and the CPU push on it. */
const REGISTERS_FLAGS = Flag.present | Flag.writable | Flag.accessed | Flag.dirty;
/** The state page: the guest must not change the descriptor tables in it. */
const STATE_FLAGS = Flag.present | Flag.accessed | Flag.dirty;
const PRESENT = Flag.present;
/** Leaves that a host CPU has in a table: its regs slot and its state page. */
const LEAVES = 2;
const SHIFT = 12;
const PAGE_SIZE = 1 << SHIFT;
/** log2 of the 32-bit words in a page. */
const PAGE_WORD_SHIFT = 10;

/**
 * H:501 Makes every table that the Switcher's pages need in a slot and maps its text
 * (`allocate_switcher_mapping`).
 *
 * The pages of a host CPU are mapped later, just before the guest runs there: then interrupts are
 * off and nothing can be allocated, so all tables are made here.
 *
 * @returns false if the host has no page for a table; the guest was killed
 */
export function ensureSwitcher(mmu: MmuState, slot: Slot): boolean {
  const { address, totalPages } = mmu.layout;
  for (let page = 0; page < totalPages; page++) {
    const word = mmu.makeLeaf(slot, (address + page * PAGE_SIZE) | 0, mmu.ownFlags);
    if (word < 0) {
      if (!mmu.defects.failedSwitcherPathTrusted) slot.switcherMapped = false;
      return false;
    }
    if (page === 0) mapText(mmu, word);
  }
  slot.switcherMapped = true;
  return true;
}

/** Ensures the Switcher in a slot, and kills the guest if that fails. */
export function ensureSwitcherOrKill(mmu: MmuState, slot: Slot): void {
  if (!ensureSwitcher(mmu, slot)) mmu.kill(KillMessage.noSwitcher);
}

/** Maps the text, unless it still is: this also runs just in case something dropped it. */
function mapText(mmu: MmuState, word: number): void {
  if ((mmu.words[word]! & PRESENT) !== 0) return;
  const { text } = mmu.switcher;
  mmu.host.hold(text);
  mmu.setEntry(word, (text << SHIFT) | TEXT_FLAGS, 0);
}

/**
 * H:480 Part (vi): the guest is about to run on a host CPU (`map_switcher_in_guest`). Of the host
 * CPUs' pages its current table shows those of this CPU and no others.
 *
 * Mostly it ran here last, so that is remembered for each table and nothing is done.
 *
 * @returns how much had to be done: nothing; one host CPU's leaves removed; or all of them, because
 *   it was not known whose were there
 * @throws HostOops (fidelity original) if the table lacks the Switcher's path
 */
export function mapSwitcher(mmu: MmuState, vcpu: Vcpu, hostCpu: number): SwitcherRemap {
  const slot = vcpu.slot;
  if (slot.switcherMapped === false) return noSwitcher(mmu);

  const last = slot.lastHostCpu;
  if (last === hostCpu && hasRegistersOf(mmu, slot, vcpu) === true) {
    mmu.counters.switcherSkips++;
    return 'skipped';
  }
  if (last === -1) {
    for (let cpu = 0; cpu < mmu.layout.hostCpus; cpu++) {
      removeHostCpu(mmu, slot, cpu, findPage(mmu, slot, registersPage(cpu)));
    }
    mapHostCpu(mmu, slot, vcpu, hostCpu, findPage(mmu, slot, registersPage(hostCpu)));
    mmu.counters.switcherFullRemaps++;
    return 'full';
  }
  const page = registersPage(last);
  const registers = findPage(mmu, slot, page);
  removeHostCpu(mmu, slot, last, registers);
  const own = registersPage(hostCpu);
  mapHostCpu(mmu, slot, vcpu, hostCpu, findOther(mmu, slot, own, registers, own - page));
  mmu.counters.switcherTargetedRemaps++;
  return 'targeted';
}

/** Entries of a shadow table that a remap writes, on a machine with so many host CPUs. */
export function remapEntries(remap: SwitcherRemap, hostCpus: number): number {
  if (remap === 'skipped') return 0;
  return LEAVES * ((remap === 'targeted' ? 1 : hostCpus) + 1);
}

/** Entering a guest without its Switcher would be the end of the host. */
function noSwitcher(mmu: MmuState): SwitcherRemap {
  if (mmu.defects.otherVcpusLoseSwitcher) throw new HostOops('BUG_ON map_switcher_in_guest');
  mmu.kill(KillMessage.noSwitcher);
  return 'skipped';
}

/** Whether the regs page mapped in a slot is this vCPU's. The original never asks. */
function hasRegistersOf(mmu: MmuState, slot: Slot, vcpu: Vcpu): boolean {
  return mmu.defects.sharedRegistersSlot === true || slot.lastVcpu === vcpu.number;
}

/**
 * H:480 Maps the vCPU's own regs page where this host CPU's stack is, so that a trap saves the
 * guest's registers right where the host wants them; and this host CPU's state page above it.
 *
 * @param registers leaf of the host CPU's regs slot
 */
function mapHostCpu(
  mmu: MmuState,
  slot: Slot,
  vcpu: Vcpu,
  hostCpu: number,
  registers: number,
): void {
  const state = findOther(mmu, slot, registersPage(hostCpu) + 1, registers, 1);
  mmu.counters.switcherEntries += LEAVES;
  mapPage(mmu, registers, mmu.switcher.registers(vcpu.number), REGISTERS_FLAGS);
  mapPage(mmu, state, mmu.switcher.state(hostCpu), STATE_FLAGS);
  slot.lastHostCpu = hostCpu;
  slot.lastVcpu = vcpu.number;
}

function mapPage(mmu: MmuState, word: number, pfn: Pfn, flags: number): void {
  mmu.host.hold(pfn);
  mmu.setEntry(word, (pfn << SHIFT) | flags, mmu.noExecuteHigh);
}

/**
 * H:481 Removes both pages of a host CPU (`remove_switcher_percpu_map`).
 *
 * @param registers leaf of its regs slot
 */
function removeHostCpu(mmu: MmuState, slot: Slot, hostCpu: number, registers: number): void {
  mmu.counters.switcherEntries += LEAVES;
  mmu.emptyLeaf(registers);
  mmu.emptyLeaf(findOther(mmu, slot, registersPage(hostCpu) + 1, registers, 1));
}

/** Leaf of one of the Switcher's pages. That its path is there is taken for granted, as in the original. */
function findPage(mmu: MmuState, slot: Slot, page: number): number {
  const word = mmu.findLeaf(slot, (mmu.switcherAddress + page * PAGE_SIZE) | 0);
  if (word < 0) throw new HostOops('NULL dereference');
  return word;
}

/** The same, `distance` pages from one whose leaf is `word`: mostly in the same table, with no walk. */
function findOther(
  mmu: MmuState,
  slot: Slot,
  page: number,
  word: number,
  distance: number,
): number {
  const other = word + distance * mmu.entryWords;
  return (other ^ word) >>> PAGE_WORD_SHIFT === 0 ? other : findPage(mmu, slot, page);
}
