// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, StatePage, Tss, registersAddress, stateAddress } from '@lguest-sim/abi';
import type { RunParts } from '@lguest-sim/simulation';
import { indexAt, type PagingLevel } from '@lguest-sim/x86';

/** An entry of a table, read as it is now. */
export interface TableEntry {
  readonly level: PagingLevel;
  readonly index: number;
  /** Address of the entry: host-physical of a shadow table, guest-physical of a guest's. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
  readonly present: boolean;
}

const PAGE = 4096;
const VCPU = 0;

type GuestParts = RunParts['guests'][number];

/** What there is to read around one guest on one host CPU. It looks, and changes nothing. */
export class Scene {
  readonly parts: RunParts;
  readonly guest: number;

  constructor(parts: RunParts, guest: number) {
    this.parts = parts;
    this.guest = guest;
  }

  get machine(): GuestParts {
    return this.parts.guests[this.guest]!;
  }

  get vcpu(): ReturnType<GuestParts['mmu']['vcpu']> {
    return this.machine.mmu.vcpu(VCPU);
  }

  get slot(): GuestParts['mmu']['slots'][number] {
    return this.machine.mmu.slots[this.vcpu.slot]!;
  }

  /** Shadow table that the guest is on: host-physical address. */
  get shadowTop(): number {
    return this.slot.allocated ? this.machine.mmu.shadowCr3(VCPU) >>> 0 : 0;
  }

  /** Entries of the shadow table for an address, from the top down to the first that is not present. */
  shadowWalk(vaddr: number): TableEntry[] {
    const { words } = this.parts.host.memory;
    if (this.shadowTop === 0) return [];
    return this.#walk(vaddr, this.shadowTop, (address) => ({
      low: words[address / 4]! >>> 0,
      high: this.#wide ? words[address / 4 + 1]! >>> 0 : 0,
    }));
  }

  /** The same of the guest's own tables; none in linear mode. */
  guestWalk(vaddr: number): TableEntry[] {
    const { memory } = this.machine;
    if (this.vcpu.linear) return [];
    return this.#walk(vaddr, this.slot.gpgdir, (address) => ({
      low: memory.readWord(address),
      high: this.#wide ? memory.readWord(address + 4) : 0,
    }));
  }

  /** The Switcher's leaf entries in the shadow table that the guest is on, by name. */
  switcherEntries(): (readonly [name: string, entry: TableEntry])[] {
    const { layout } = this.parts.host;
    const pages: (readonly [string, number])[] = [['text', layout.address]];
    for (let cpu = 0; cpu < layout.hostCpus; cpu++) {
      pages.push([`regs page of CPU ${cpu}`, registersAddress(layout, cpu)]);
      pages.push([`state page of CPU ${cpu}`, stateAddress(layout, cpu)]);
    }
    const { leaf } = this.parts.host.format;
    return pages.flatMap(([name, address]) => {
      const last = this.shadowWalk(address).at(-1);
      return last?.level === leaf ? [[name, last] as const] : [];
    });
  }

  /** A word in the state page of a host CPU. @param offset in bytes */
  stateWord(cpu: number, offset: number): number {
    const { memory, switcherPages } = this.parts.host;
    return memory.words[(switcherPages.state(cpu) * PAGE + offset) / 4]! >>> 0;
  }

  /** What the host's CR3 will be after this CPU leaves the guest. */
  hostCr3(cpu: number): number {
    return this.stateWord(cpu, StatePage.hostCr3);
  }

  /** The guest kernel's stack for traps, as a host CPU's task state has it. */
  stack(cpu: number): { sp1: number; ss1: number } {
    return {
      sp1: this.stateWord(cpu, StatePage.guestTss + Tss.sp1),
      ss1: this.stateWord(cpu, StatePage.guestTss + Tss.ss1),
    };
  }

  /** Words of a state page, to count what has changed. */
  statePage(cpu: number): Int32Array {
    const { memory, switcherPages } = this.parts.host;
    const at = (switcherPages.state(cpu) * PAGE) / 4;
    return memory.words.slice(at, at + PAGE / 4);
  }

  /** A register as the vCPU's regs page has it. */
  register(index: number): number {
    const { memory } = this.parts.host;
    const at = this.machine.vcpu.state.registersFrame * (PAGE / 4) + PAGE / 4 - 18;
    return memory.words[at + index]! >>> 0;
  }

  /** What the guest can read of its last page fault; undefined before it has said where. */
  get cr2(): number | undefined {
    const { dataAddress } = this.machine.vcpu.guest;
    if (dataAddress <= 0) return undefined;
    return this.machine.memory.readWord(dataAddress + GuestData.cr2);
  }

  get #wide(): boolean {
    return this.parts.host.format.entryBytes === 8;
  }

  #walk(
    vaddr: number,
    top: number,
    read: (address: number) => { low: number; high: number },
  ): TableEntry[] {
    const { format } = this.parts.host;
    const entries: TableEntry[] = [];
    let table = top;
    for (const level of format.levels) {
      const index = indexAt(level, vaddr);
      const address = table + index * format.entryBytes;
      const { low, high } = read(address);
      const present = (low & 1) !== 0;
      entries.push({ level, index, address, low, high, present });
      if (!present) break;
      table = low - (low % PAGE);
    }
    return entries;
  }
}
