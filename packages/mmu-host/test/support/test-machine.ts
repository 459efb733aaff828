// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, switcherLayout, type SwitcherLayout } from '@lguest-sim/abi';
import {
  FrameOwner,
  HostMemory,
  NO_FRAME,
  TABLE_FLAGS,
  indexAt,
  pae,
  twoLevel,
  type PagingFormat,
  type Pfn,
} from '@lguest-sim/x86';
import { ShadowMmu, type EvictionPolicy, type Fidelity } from '../../src/index.js';
import { TestMemory } from './test-memory.js';

export interface TestMachineOptions {
  readonly format?: PagingFormat;
  readonly fidelity?: Fidelity;
  readonly vcpus?: number;
  readonly hostCpus?: number;
  readonly guestPages?: number;
  /** Where the Switcher is; by default just below the host's fixmap. */
  readonly switcherAddress?: number;
  /** Slots to take, one after the other; 0 once used up. */
  readonly random?: readonly number[];
  /** Chooses slots, in place of chance. */
  readonly eviction?: EvictionPolicy;
}

/** Where the guests of the tests have their kernel. */
export const KERNEL = 0xc0000000;
const DATA_PAGE = 0x3000;
const FIRST_TABLE_PAGE = 0x40;

/** Both paging formats, for `describe.each`. */
export const formats = [twoLevel, pae] as const;

/** A shadow MMU with everything around it, and a pen to write guest tables with. */
export class TestMachine {
  readonly format: PagingFormat;
  readonly fidelity: Fidelity;
  readonly host = new HostMemory(1024);
  readonly memory: TestMemory;
  readonly layout: SwitcherLayout;
  readonly mmu: ShadowMmu;
  readonly text: Pfn;
  readonly states: readonly Pfn[];
  readonly registers: readonly Pfn[];
  /** Reasons given for a kill, in order; the first counts. */
  readonly kills: string[] = [];
  readonly random: number[];
  /** Most pages that shadow tables may take. */
  tableLimit = Infinity;
  tablesInUse = 0;
  private nextTable = FIRST_TABLE_PAGE;

  constructor(options: TestMachineOptions = {}) {
    const { hostCpus = 4, vcpus = 1, guestPages = 256, fidelity = 'mended' } = options;
    this.format = options.format ?? twoLevel;
    this.fidelity = fidelity;
    this.random = [...(options.random ?? [])];
    this.memory = new TestMemory(this.host, guestPages);
    this.layout = switcherLayout(hostCpus, options.switcherAddress);
    this.text = this.host.allocate(FrameOwner.switcher);
    this.states = this.frames(hostCpus, FrameOwner.switcher);
    this.registers = this.frames(vcpus, FrameOwner.registers);
    this.mmu = new ShadowMmu({
      host: this.host,
      format: this.format,
      layout: this.layout,
      fidelity,
      vcpus,
      memory: this.memory,
      pages: this.memory,
      tables: { allocate: () => this.allocateTable(), free: (pfn) => this.freeTable(pfn) },
      switcher: {
        text: this.text,
        state: (cpu) => this.states[cpu]!,
        registers: (vcpu) => this.registers[vcpu]!,
      },
      memBase: 0x20000000,
      random: () => this.random.shift() ?? 0,
      kill: (reason) => this.kills.push(reason),
      ...(options.eviction && { eviction: options.eviction }),
    });
  }

  /** Why the guest was killed first, if it was. */
  get killed(): string | undefined {
    return this.kills[0];
  }

  /** Set-up as a guest sees it: made, announced, and on its first table (returned, a gpa). */
  boot(): number {
    this.init();
    const gpgdir = this.makeTable();
    this.mmu.newPagetable(0, gpgdir);
    return gpgdir;
  }

  /** Made and announced, still in linear mode. */
  init(): void {
    this.mmu.initGuestPagetable();
    this.poke(DATA_PAGE + GuestData.kernelAddress, KERNEL);
    this.mmu.guestDataInit(0, DATA_PAGE);
  }

  /** An empty guest table's address, a gpa. */
  makeTable(): number {
    return this.nextTable++ * 4096;
  }

  /** The guest writes a word of its memory. */
  poke(gpa: number, value: number): void {
    this.memory.write(gpa, 4, value | 0, 0);
  }

  /** A word of guest memory, unsigned. */
  peek(gpa: number): number {
    this.memory.read(gpa, 4);
    return this.memory.low >>> 0;
  }

  /**
   * The guest maps a page in one of its tables, making tables on the way.
   *
   * @param flags of the leaf
   * @param directoryFlags of directory entries that are made, where the level has any but P
   * @returns where the leaf entry is, a gpa
   */
  map(
    gpgdir: number,
    vaddr: number,
    gpfn: number,
    flags: number,
    directoryFlags = TABLE_FLAGS,
  ): number {
    const leaf = this.leafAddress(gpgdir, vaddr, directoryFlags);
    this.poke(leaf, gpfn * 4096 + flags);
    return leaf;
  }

  /** Where the leaf entry of an address is in a guest table, a gpa. */
  leafAddress(gpgdir: number, vaddr: number, directoryFlags = TABLE_FLAGS): number {
    const { levels, entryBytes, leaf } = this.format;
    let table = gpgdir;
    for (const level of levels) {
      const entry = table + indexAt(level, vaddr) * entryBytes;
      if (level === leaf) return entry;
      if (this.peek(entry) === 0) {
        this.poke(entry, this.makeTable() + (level.hasRights ? directoryFlags : 1));
      }
      table = this.peek(entry) & ~0xfff;
    }
    throw new Error('a format has a leaf level');
  }

  private frames(count: number, owner: FrameOwner): Pfn[] {
    return Array.from({ length: count }, () => this.host.allocate(owner));
  }

  private allocateTable(): Pfn {
    if (this.tablesInUse >= this.tableLimit) return NO_FRAME;
    this.tablesInUse++;
    return this.host.allocate(FrameOwner.shadowTable);
  }

  private freeTable(pfn: Pfn): void {
    this.tablesInUse--;
    this.host.disown(pfn);
  }
}
