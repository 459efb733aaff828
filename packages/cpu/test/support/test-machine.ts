// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GateType,
  REGISTERS_OFFSET,
  REGISTER_WORDS,
  Register,
  Selector,
  StatePage,
  Tss,
  registersAddress,
  stateAddress,
  switcherLayout,
} from '@lguest-sim/abi';
import type { SwitcherLayout } from '@lguest-sim/abi';
import { VirtualClock, defaultCosts } from '@lguest-sim/bus';
import type { CostModel } from '@lguest-sim/bus';
import {
  Flag,
  FrameOwner,
  HostMemory,
  NO_EXECUTE_HIGH,
  frameWord,
  indexAt,
  twoLevel,
} from '@lguest-sim/x86';
import type { PagingFormat } from '@lguest-sim/x86';
import { CpuCore } from '../../src/index.js';
import type { GuestCode, Tlb, TlbShape } from '../../src/index.js';

/** Flags of leaf entries. */
export const USER_RW = Flag.present | Flag.writable | Flag.user;
export const USER_RO = Flag.present | Flag.user;
export const KERNEL_RW = Flag.present | Flag.writable;
export const KERNEL_RO = Flag.present;

export interface TestMachineOptions {
  readonly format?: PagingFormat;
  readonly cpu?: number;
  readonly cpus?: number;
  readonly frames?: number;
  readonly tlb?: TlbShape | Tlb;
  readonly costs?: Partial<CostModel>;
}

export interface TestGate {
  readonly selector?: number;
  readonly offset?: number;
  readonly type?: number;
  readonly privilege?: number;
  readonly present?: boolean;
}

/** Address that the Switcher's gate of a vector leads to. */
export const stubAddress = (vector: number): number => 0xfff50000 + vector * 16;

/**
 * One host CPU with page tables made by hand: the Switcher's state page and a vCPU's regs page are
 * mapped where they belong, with TSS and gates as the Switcher leaves them; the rest is the test's.
 */
export class TestMachine {
  readonly host: HostMemory;
  readonly format: PagingFormat;
  readonly layout: SwitcherLayout;
  readonly clock: VirtualClock;
  readonly core: CpuCore;
  readonly cpu: number;
  /** Frame of the top table. */
  readonly top: number;
  readonly stateFrame: number;
  readonly regsFrame: number;

  constructor(options: TestMachineOptions = {}) {
    const { format = twoLevel, cpu = 0, cpus = cpu + 1, frames = 256, tlb, costs } = options;
    this.host = new HostMemory(frames);
    this.format = format;
    this.cpu = cpu;
    this.layout = switcherLayout(cpus);
    this.clock = new VirtualClock(cpus);
    this.top = this.host.allocate(FrameOwner.shadowTable);
    this.core = new CpuCore({
      number: cpu,
      host: this.host,
      format,
      layout: this.layout,
      clock: this.clock,
      costs: { ...defaultCosts, ...costs },
      ...(tlb === undefined ? {} : { tlb }),
    });
    this.stateFrame = this.map(stateAddress(this.layout, cpu), KERNEL_RO);
    this.regsFrame = this.map(registersAddress(this.layout, cpu), KERNEL_RW);
    this.fillStatePage();
    this.load();
  }

  get now(): number {
    return this.clock.now[this.cpu]!;
  }

  /** Loads CR3 with this machine's table. */
  load(): void {
    this.core.loadCr3(this.top * 4096);
  }

  /** Maps a page, by default to a new frame; returns the frame. */
  map(vaddr: number, flags: number = USER_RW, frame?: number, noExecute = false): number {
    const pfn = frame ?? this.host.allocate(FrameOwner.launcher);
    this.setLeaf(vaddr, (pfn << 12) | flags, noExecute ? NO_EXECUTE_HIGH : 0);
    return pfn;
  }

  /** Writes a leaf entry, with new tables on the way to it as needed. */
  setLeaf(vaddr: number, low: number, high = 0): void {
    const at = this.entry(vaddr, this.format.levels.length - 1);
    this.host.words[at] = low;
    if (this.format.entryBytes === 8) this.host.words[at + 1] = high;
  }

  /** Low word of the leaf entry of a page. */
  leaf(vaddr: number): number {
    return this.host.words[this.entry(vaddr, this.format.levels.length - 1)]!;
  }

  /** Word index of the entry of a page at a level (0 is the top), made reachable if it is not. */
  entry(vaddr: number, depth: number): number {
    const { words } = this.host;
    let table = this.top;
    for (const [at, level] of this.format.levels.entries()) {
      const word = frameWord(table) + (indexAt(level, vaddr) << this.format.entryWordShift);
      if (at === depth) return word;
      if ((words[word]! & Flag.present) === 0) {
        const flags = level.hasRights ? USER_RW : Flag.present;
        words[word] = (this.host.allocate(FrameOwner.shadowTable) << 12) | flags;
      }
      table = words[word]! >>> 12;
    }
    throw new RangeError(`level ${depth}`);
  }

  setGate(vector: number, gate: TestGate): void {
    const { selector = Selector.lguestCode, offset = stubAddress(vector) } = gate;
    const { type = GateType.interrupt, privilege = 0, present = true } = gate;
    const at = frameWord(this.stateFrame) + StatePage.guestIdt / 4 + 2 * vector;
    this.host.words[at] = (selector << 16) | (offset & 0xffff);
    this.host.words[at + 1] =
      (offset & 0xffff0000) | (present ? 0x8000 : 0) | (privilege << 13) | (type << 8);
  }

  setKernelStack(esp: number, ss: number = Selector.kernelData): void {
    this.setTss(Tss.sp1, esp);
    this.setTss(Tss.ss1, ss);
  }

  setTss(offset: number, value: number): void {
    this.host.words[frameWord(this.stateFrame) + (StatePage.guestTss + offset) / 4] = value;
  }

  /** The words of `struct lguest_regs` in the regs page, unsigned. */
  get savedRegisters(): number[] {
    const start = frameWord(this.regsFrame) + REGISTERS_OFFSET / 4;
    return Array.from(this.host.words.subarray(start, start + REGISTER_WORDS), (w) => w >>> 0);
  }

  /** A register, unsigned. */
  register(index: number): number {
    return this.core.registers[index]! >>> 0;
  }

  /** Lets `code` run in ring 3. */
  enterUser(code: GuestCode, eip = 0x08048000, esp = 0xbffff000): void {
    this.enter(code, { eip, cs: Selector.userCode, esp, ss: Selector.userData });
  }

  /** Lets `code` run in ring 1. */
  enterKernel(code: GuestCode, eip = 0xc0100000, esp = 0xc0001000): void {
    this.enter(code, { eip, cs: Selector.kernelCode, esp, ss: Selector.kernelData });
  }

  private enter(code: GuestCode, at: { eip: number; cs: number; esp: number; ss: number }): void {
    const { registers } = this.core;
    registers[Register.eip] = at.eip;
    registers[Register.cs] = at.cs;
    registers[Register.esp] = at.esp;
    registers[Register.ss] = at.ss;
    registers[Register.eflags] = 0x202;
    this.core.enter(code);
  }

  private fillStatePage(): void {
    for (let vector = 0; vector < 256; vector++) {
      this.setGate(vector, vector === 0x1f ? { privilege: 1 } : {});
    }
    this.setTss(Tss.sp0, registersAddress(this.layout, this.cpu) + 4096);
    this.setTss(Tss.ss0, Selector.lguestData);
  }
}
