// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import { Flag } from '@lguest-sim/x86';
import type { ConformanceMachine, Operation, TraceHeader } from '../../src/index.js';
import { formatOf, leaves, walk } from './shadow.js';
import { init, newPagetable, setPgd, store } from './operations.js';

/** What an honest guest can do next; the numbers choose among what there is. */
export interface Deed {
  readonly kind: 'access' | 'change' | 'unmap' | 'switch' | 'flush' | 'clear' | 'run';
  readonly vcpu: number;
  readonly process: number;
  readonly address: number;
  readonly flags: number;
  readonly slot: number;
}

export const deedKinds = ['access', 'change', 'unmap', 'switch', 'flush', 'clear', 'run'] as const;

const KERNEL = 0xc0000000;
const DATA_PAGE = 0x64000;
const FIRST_DATA = 60;
const USER_ADDRESSES = [0x0, 0x1000, 0x400000, 0x401000, 0x40000000, 0x40001000];
const KERNEL_ADDRESSES = [KERNEL, KERNEL + 0x1000, KERNEL + 0x400000];
const LEAF_FLAGS = [0x07, 0x03, 0x05, 0x27, 0x67, 0x23, 0x63, 0x25, 0x65, 0x47, 0x00];

/** The machine that `HonestGuest` lives on. */
export function honestHeader(pae: boolean, vcpus: number): TraceHeader {
  return {
    pae,
    guestPages: 128,
    hostCpus: 2,
    vcpus,
    kernelAddress: KERNEL,
    switcherAddr: pae ? 0xffe00000 : 0xffc00000,
    memBase: 0x20000000,
    hostPageLimit: null,
  };
}

/**
 * A guest that keeps several tables in its memory and tells the host of every change, as Linux does:
 * so what the shadow maps must at all times be what the guest's tables say.
 */
export class HonestGuest {
  /** Guest-physical address of each process' top table. */
  readonly tops: number[] = [];
  private readonly carryOut: (operation: Operation) => void;
  private readonly machine: ConformanceMachine;
  private readonly entryBytes: 4 | 8;
  private nextPage = 1;
  /** Table pages by what they are for. */
  private readonly pages = new Map<string, number>();

  /** @param carryOut does an operation on the machine and checks what comes of it */
  constructor(machine: ConformanceMachine, processes: number, carryOut: (o: Operation) => void) {
    this.machine = machine;
    this.carryOut = carryOut;
    this.entryBytes = machine.header.pae ? 8 : 4;
    for (let i = 0; i < processes; i++) this.tops.push(this.pageFor(`top ${i}`));
  }

  /** Sets up, maps the kernel in every table, announces itself, and goes to its first table. */
  boot(): void {
    this.carryOut(init(0));
    this.tops.forEach((_, process) => {
      for (const address of KERNEL_ADDRESSES) this.setLeaf(process, address, FIRST_DATA, 0x63);
    });
    this.carryOut(store(DATA_PAGE + GuestData.kernelAddress, KERNEL));
    this.carryOut({ op: 'guestDataInit', vcpu: 0, gpa: DATA_PAGE });
    this.carryOut({ op: 'clearAll', vcpu: 0 });
    for (let vcpu = 0; vcpu < this.machine.header.vcpus; vcpu++) {
      this.carryOut(newPagetable(this.tops[0]!, vcpu, vcpu));
    }
  }

  do({ kind, vcpu, process, address, flags, slot }: Deed): void {
    const addresses = [...USER_ADDRESSES, ...KERNEL_ADDRESSES];
    const vaddr = addresses[address % addresses.length]!;
    const which = process % this.tops.length;
    switch (kind) {
      case 'access':
        return this.carryOut({ op: 'demandPage', vcpu, vaddr, errcode: flags & 6 });
      case 'change':
        return this.setLeaf(
          which,
          vaddr,
          FIRST_DATA + ((slot + address) % 30),
          LEAF_FLAGS[flags % LEAF_FLAGS.length]!,
        );
      case 'unmap':
        return this.unmapTable(which, USER_ADDRESSES[address % USER_ADDRESSES.length]!);
      case 'switch':
        return this.carryOut(newPagetable(this.tops[which]!, slot, vcpu));
      case 'flush':
        return this.carryOut({ op: 'flushUser', vcpu });
      case 'clear':
        return this.carryOut({ op: 'clearAll', vcpu });
      case 'run':
        return this.carryOut({ op: 'mapSwitcher', vcpu, hostCpu: slot % 2 });
    }
  }

  /** Leaves that give more than the guest's tables do, or map another page, or hide A and D. */
  wrongLeaves(): string[] {
    const { mmu, header } = this.machine;
    return mmu.slots.flatMap((view, slot) => {
      const isOwn = view.allocated && this.tops.includes(view.gpgdir);
      if (!isOwn) return [];
      return [...leaves(this.machine, slot)]
        .filter(({ vaddr }) => vaddr < header.switcherAddr)
        .filter(({ vaddr }) => !this.agrees(slot, view.gpgdir, vaddr))
        .map(({ vaddr }) => `slot ${slot}, 0x${vaddr.toString(16)}`);
    });
  }

  private agrees(slot: number, top: number, vaddr: number): boolean {
    const guest = this.walkGuest(top, vaddr);
    const { leaf, rights } = walk(this.machine, slot, vaddr);
    if (guest === undefined || leaf === undefined) return false;
    const page = this.machine.nameOf(leaf.pfn);
    const wanted = `g${guest.leaf >>> 12}`;
    return (
      (page === wanted || page === 'zero') &&
      (rights & ~guest.rights) === 0 &&
      (guest.leaf & Flag.accessed) !== 0 &&
      ((rights & Flag.writable) === 0 || (guest.leaf & Flag.dirty) !== 0)
    );
  }

  private walkGuest(top: number, vaddr: number): { leaf: number; rights: number } | undefined {
    let table = top;
    let rights = Flag.writable | Flag.user;
    for (const { name, shift, entries, hasRights } of formatOf(this.machine).levels) {
      const at = table + ((vaddr >>> shift) & (entries - 1)) * this.entryBytes;
      const entry = this.machine.memory.readWord(at);
      if ((entry & Flag.present) === 0) return undefined;
      if (hasRights) rights &= entry;
      if (name === 'leaf') return { leaf: entry, rights };
      table = entry & ~0xfff;
    }
    return undefined;
  }

  private setLeaf(process: number, vaddr: number, page: number, flags: number): void {
    const at = this.leafAddress(process, vaddr);
    const low = page * 4096 + flags;
    this.write(at, low);
    const gpgdir = this.tops[process]!;
    this.carryOut({ op: 'setPte', vcpu: 0, gpgdir, vaddr, pte: { low, high: 0 } });
  }

  /** Guest-physical address of a leaf; tables on the way are made, and the host told. */
  private leafAddress(process: number, vaddr: number): number {
    let table = this.tops[process]!;
    for (const { name, shift, entries } of formatOf(this.machine).levels) {
      const index = (vaddr >>> shift) & (entries - 1);
      const at = table + index * this.entryBytes;
      if (name === 'leaf') return at;
      // The kernel's tables are everybody's.
      const owner = vaddr >= KERNEL ? 'kernel' : `process ${process}`;
      const below = this.pageFor(`${owner} ${name} ${vaddr >>> shift}`);
      if ((this.machine.memory.readWord(at) & Flag.present) === 0) {
        this.write(at, below | (name === 'top' && this.machine.header.pae ? 0x1 : 0x67));
        this.tell(name, process, index);
      }
      table = below;
    }
    throw new Error('a format without leaves');
  }

  /** Takes a user table of leaves out of a process. */
  private unmapTable(process: number, vaddr: number): void {
    this.leafAddress(process, vaddr);
    let at = 0;
    let table = this.tops[process]!;
    for (const { name, shift, entries } of formatOf(this.machine).levels) {
      if (name === 'leaf') break;
      at = table + ((vaddr >>> shift) & (entries - 1)) * this.entryBytes;
      table = this.machine.memory.readWord(at) & ~0xfff;
    }
    this.write(at, 0);
    this.tell(this.machine.header.pae ? 'middle' : 'top', process, vaddr >>> 22);
  }

  private tell(level: 'top' | 'middle' | 'leaf', process: number, index: number): void {
    if (level === 'top') this.carryOut(setPgd(this.tops[process]!, index));
    else this.carryOut({ op: 'setPmd', pmdp: 0, idx: 0 });
  }

  private write(gpa: number, low: number): void {
    this.carryOut({ op: 'guestWrite', gpa, size: this.entryBytes, value: { low, high: 0 } });
  }

  private pageFor(use: string): number {
    const page = this.pages.get(use) ?? this.nextPage++ * 4096;
    this.pages.set(use, page);
    return page;
  }
}
