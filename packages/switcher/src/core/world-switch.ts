// SPDX-License-Identifier: GPL-2.0-or-later
import {
  REGISTERS_OFFSET,
  Register,
  StatePage,
  TRAP_SEGMENT_LOAD,
  copyRegisters,
  registersAddress,
  stateAddress,
  type SwitcherLayout,
} from '@lguest-sim/abi';
import { FrameOwner, hex, type HostMemory } from '@lguest-sim/x86';
import { HostCrash, type SwitchStage } from './host-crash.js';

/** What the Switcher's instructions need of the host CPU they run on. */
export interface SwitcherCpu {
  /** The CPU's registers, in the order of `Register`. */
  readonly registers: Int32Array;
  /** Loads CR3 with a host-physical address in bytes; drops every TLB entry. */
  loadCr3(address: number): void;
  /** Host-physical address (bytes) of a virtual one for a supervisor access, or -1 if it faults. */
  translate(address: number, write: boolean): number;
}

/** A world switch's counts, as plain data. */
export interface WorldSwitchSnapshot {
  /** Entries so far. */
  readonly worldSwitches: number;
}

/**
 * The Switcher's way in and out on one host CPU.
 *
 * Both directions run on the guest's page table where it matters: the state page is read and the
 * registers are popped through the CPU's own translation, so a Switcher page that is missing from a
 * shadow table crashes the host here as it would on silicon.
 *
 * Source: facts sheet, section 2, steps 9 and 10.
 */
export class WorldSwitch {
  /** Round trips into a guest, counted at each entry. */
  worldSwitches = 0;
  private readonly host: HostMemory;
  private readonly processor: SwitcherCpu;
  private readonly cpu: number;
  /** Virtual address of `host_cr3` in this CPU's state page. */
  private readonly hostCr3At: number;
  /** Virtual address of `struct lguest_regs` in this CPU's regs slot. */
  private readonly registersAt: number;

  constructor(options: {
    host: HostMemory;
    layout: SwitcherLayout;
    /** Number of the host CPU. */
    cpu: number;
    processor: SwitcherCpu;
  }) {
    this.host = options.host;
    this.processor = options.processor;
    this.cpu = options.cpu;
    this.hostCr3At = stateAddress(options.layout, options.cpu) + StatePage.hostCr3;
    this.registersAt = registersAddress(options.layout, options.cpu) + REGISTERS_OFFSET;
  }

  /**
   * Out of the guest: the trap's stub has pushed all registers into the vCPU's regs page; what is
   * left is to load the host's CR3, whose value is in the state page.
   *
   * @throws HostCrash if the state page is not mapped in the guest's table
   */
  exit(): void {
    const at = this.find(this.hostCr3At, FrameOwner.switcher, 'guest exit');
    this.processor.loadCr3(this.host.words[at >>> 2]! >>> 0);
  }

  /**
   * Into the guest: loads its CR3, at which instant the vCPU's regs page appears in this CPU's regs
   * slot, and pops all registers from there.
   *
   * @param cr3 host-physical address (bytes) of the top page of the guest's shadow table
   * @throws HostCrash if the regs slot does not show a regs page, or one that was not prepared
   */
  enter(cr3: number): void {
    this.processor.loadCr3(cr3);
    const at = this.find(this.registersAt, FrameOwner.registers, 'guest entry');
    const first = at >>> 2;
    const { words } = this.host;
    const trapNumber = words[first + Register.trapNumber];
    if (trapNumber !== TRAP_SEGMENT_LOAD) {
      const problem = `trap number ${trapNumber} instead of ${TRAP_SEGMENT_LOAD}`;
      throw this.crash(problem, 'guest entry', this.registersAt);
    }
    copyRegisters(words, first, this.processor.registers, 0);
    this.worldSwitches++;
  }

  /** Its state as plain data. */
  snapshot(): WorldSwitchSnapshot {
    return { worldSwitches: this.worldSwitches };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: WorldSwitchSnapshot): void {
    this.worldSwitches = snapshot.worldSwitches;
  }

  private find(address: number, owner: FrameOwner, stage: SwitchStage): number {
    const at = this.processor.translate(address, false);
    if (at === -1) throw this.crash('nothing mapped (triple fault)', stage, address);
    const pfn = at >>> 12;
    if (this.host.owners[pfn] !== owner) {
      throw this.crash(`frame ${hex(pfn)}, of another kind,`, stage, address);
    }
    return at;
  }

  private crash(problem: string, stage: SwitchStage, address: number): HostCrash {
    return new HostCrash(problem, { cpu: this.cpu, stage, address });
  }
}
