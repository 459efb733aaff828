// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import { RandomEviction, type EvictionPolicy, type EvictionView } from './eviction.js';
import type { GuestMemory, LauncherPages, ShadowMmuOptions, SwitcherFrames } from './interfaces.js';
import { ShadowTables } from './shadow-tables.js';
import { linkedSlots, Vcpu, type Slot } from './slot.js';

/** Slots of a guest in the original. */
export const ORIGINAL_SLOTS = 4;

/**
 * Everything the seven parts of the shadow MMU work on: the shadow tables, the slots, the vCPUs, what
 * was given from outside, and the place where a walk of the guest's tables leaves what it found.
 *
 * Addresses are kept as signed 32-bit numbers throughout the core: an unsigned one above 2^31 does
 * not fit the engine's small integers, and would be allocated each time it is passed on.
 */
export class MmuState extends ShadowTables {
  readonly memory: GuestMemory;
  readonly pages: LauncherPages;
  readonly switcher: SwitcherFrames;
  readonly layout: SwitcherLayout;
  /** Launcher address of guest-physical 0, in bytes. */
  readonly memBase: number;
  readonly eviction: EvictionPolicy;
  /** Whether that wants to hear of slots that are used again. */
  readonly tellsUse: boolean;

  /** Flags for directory entries that no guest entry stands behind, by depth. */
  readonly ownFlags: Int32Array;
  /** High word of an entry that forbids execution, signed; 0 where the format has no such bit. */
  readonly noExecuteHigh: number;
  /** First virtual address of the Switcher, signed. */
  readonly switcherAddress: number;

  readonly slots: readonly Slot[];
  /** The first of them, which leads to the others. */
  readonly firstSlot: Slot;
  readonly vcpus: readonly Vcpu[];
  /** The slots as the eviction policy sees them when it chooses for a vCPU, by that. */
  readonly evictionViews: readonly EvictionView[];
  /** Pages of a kernel stack, unsigned. */
  stackPages = 0;
  /** At and above this virtual address everything is kernel memory; signed. 0 until it is set. */
  kernelAddress = 0;
  readonly walk: GuestWalk;

  constructor(options: ShadowMmuOptions) {
    super(options);
    const { format, layout, vcpus, slots = ORIGINAL_SLOTS } = options;
    this.memory = options.memory;
    this.pages = options.pages;
    this.switcher = options.switcher;
    this.layout = layout;
    this.memBase = options.memBase;
    this.eviction = options.eviction ?? new RandomEviction(options.random);
    this.tellsUse = this.eviction.used !== undefined;
    this.ownFlags = Int32Array.from(format.levels, (level) => level.tableFlags);
    this.noExecuteHigh = format.noExecuteHigh;
    this.switcherAddress = layout.address | 0;
    this.slots = linkedSlots(slots);
    this.firstSlot = this.slots[0]!;
    this.vcpus = Array.from({ length: vcpus }, (_, vcpu) => new Vcpu(vcpu, this.slots[0]!));
    this.evictionViews = this.vcpus.map((vcpu) => new SlotsOfVcpu(this.slots, vcpu));
    this.walk = new GuestWalk(format.levels.length);
  }

  /**
   * The first slot that shadows a guest's table (`find_pgdir`), if there is one.
   *
   * @param gpgdir guest-physical address of the guest's top level, signed
   */
  findSlot(gpgdir: number): Slot | undefined {
    let slot: Slot | undefined = this.firstSlot;
    while (slot !== undefined && (slot.gpgdir !== gpgdir || slot.topPfn === 0)) slot = slot.next;
    return slot;
  }

  /** Whether a virtual address (signed) is the Switcher's, or beyond it. */
  isSwitcherAddress(vaddr: number): boolean {
    return vaddr >>> 0 >= this.switcherAddress >>> 0;
  }
}

/** A class, as an object with a getter of its own would be slow to read from. */
class SlotsOfVcpu implements EvictionView {
  readonly slots: number;
  readonly isEmpty: (slot: number) => boolean;
  readonly table: (slot: number) => number;
  private readonly vcpu: Vcpu;

  constructor(slots: readonly Slot[], vcpu: Vcpu) {
    this.slots = slots.length;
    this.isEmpty = (slot) => slots[slot]!.topPfn === 0;
    this.table = (slot) => slots[slot]!.gpgdir >>> 0;
    this.vcpu = vcpu;
  }

  get current(): number {
    return this.vcpu.slot.number;
  }
}

/** Where a walk of the guest's tables leaves what it found. */
export class GuestWalk {
  /** Flags of the directory entries passed, by depth. */
  readonly directoryFlags: Int32Array;
  /** Guest-physical address of the leaf entry, signed. */
  leafAddress = 0;
  /** The leaf entry's words, signed. */
  low = 0;
  high = 0;

  constructor(levels: number) {
    this.directoryFlags = new Int32Array(levels);
  }
}
