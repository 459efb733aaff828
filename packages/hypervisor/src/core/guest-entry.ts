// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GDT_ENTRIES,
  GateType,
  GdtEntry,
  IDT_ENTRIES,
  Register,
  Selector,
  StatePage,
  TRAP_SEGMENT_LOAD,
  Tss,
  descriptorPrivilege,
  gateLow,
  gateType,
  mayTrapDirectly,
  stubAddress,
  switcherGateHigh,
  type SwitcherLayout,
} from '@lguest-sim/abi';
import { frameWord, type HostMemory, type HostPhysical } from '@lguest-sim/x86';
import type { VcpuCounters } from './counters.js';
import { isHostDescriptor } from './descriptor-tables.js';
import type { SwitcherFrames } from './interfaces.js';
import type { RegistersPage } from './registers-page.js';
import { Changed, type VcpuState } from './vcpu-state.js';

const HOST_CR3_WORD = StatePage.hostCr3 >> 2;
const SP1_WORD = (StatePage.guestTss + Tss.sp1) >> 2;
const SS1_WORD = (StatePage.guestTss + Tss.ss1) >> 2;
const IDT_WORD = StatePage.guestIdt >> 2;
const GDT_WORD = StatePage.guestGdt >> 2;

/** Vectors whose gate may be the guest's own: 29. */
const directVectors = Uint8Array.from({ length: IDT_ENTRIES }, (_, vector) => vector).filter(
  mayTrapDirectly,
);
/** GDT entries that are the guest's own: 28. */
const guestEntries = Uint8Array.from({ length: GDT_ENTRIES }, (_, entry) => entry).filter(
  (entry) => !isHostDescriptor(entry),
);

/**
 * Makes a host CPU's state page say what the vCPU that is about to run wants: `copy_in_guest_info`.
 *
 * Two caches make it cheap to run again where it ran before, and both have to agree: `lastCpu` says
 * which vCPU last ran on a host CPU, `lastPages` on which host CPU this vCPU last ran. (The third,
 * whose entries a shadow table has, is the shadow MMU's.) Source: facts sheet, section 2, step 8.
 */
export class GuestEntry {
  private readonly id: number;
  private readonly words: Int32Array;
  private readonly layout: SwitcherLayout;
  private readonly frames: SwitcherFrames;
  private readonly lastCpu: Int32Array;
  private readonly hostCr3: HostPhysical;
  private readonly state: VcpuState;
  private readonly registers: RegistersPage;
  private readonly counters: VcpuCounters;

  constructor(options: {
    id: number;
    host: HostMemory;
    layout: SwitcherLayout;
    frames: SwitcherFrames;
    lastCpu: Int32Array;
    hostCr3: HostPhysical;
    state: VcpuState;
    registers: RegistersPage;
    counters: VcpuCounters;
  }) {
    this.id = options.id;
    this.words = options.host.words;
    this.layout = options.layout;
    this.frames = options.frames;
    this.lastCpu = options.lastCpu;
    this.hostCr3 = options.hostCr3;
    this.state = options.state;
    this.registers = options.registers;
    this.counters = options.counters;
  }

  /** Steps a and b, before the shadow MMU maps the Switcher: the two caches and the host's CR3. */
  prepare(): void {
    const { state, lastCpu } = this;
    const cpu = state.hostCpu;
    if (lastCpu[cpu] !== this.id || state.lastPages !== cpu) {
      lastCpu[cpu] = this.id;
      state.lastPages = cpu;
      state.changed = Changed.all;
      this.counters.stateCopies++;
    }
    this.words[this.statePage() + HOST_CR3_WORD] = this.hostCr3;
  }

  /** Steps d and e, and the trap number that no trap has: all that is left before the Switcher. */
  finish(): void {
    const { state, words } = this;
    const at = this.statePage();
    words[at + SP1_WORD] = state.esp1;
    words[at + SS1_WORD] = state.ss1;
    if (state.changed !== 0) this.copyChanged(at);
    this.registers.set(Register.trapNumber, TRAP_SEGMENT_LOAD);
  }

  private statePage(): number {
    return frameWord(this.frames.state(this.state.hostCpu));
  }

  private copyChanged(at: number): void {
    const { state } = this;
    if ((state.changed & Changed.idt) !== 0) this.copyTraps(at + IDT_WORD);
    if ((state.changed & Changed.gdt) !== 0) this.copyGdt(at + GDT_WORD);
    else if ((state.changed & Changed.tls) !== 0) this.copyTls(at + GDT_WORD);
    state.changed = 0;
  }

  /**
   * A trap gate goes to the guest without the host. Any other stays the Switcher's, since entering an
   * interrupt gate would disable real interrupts; the privilege is the guest's own choice though,
   * which lets its processes use a software interrupt. Source: `copy_traps`.
   */
  private copyTraps(at: number): void {
    const { words, state } = this;
    for (const vector of directVectors) {
      const low = state.idt[2 * vector]!;
      const high = state.idt[2 * vector + 1]!;
      const direct = gateType(high) === GateType.trap;
      const stub = stubAddress(this.layout, vector);
      words[at + 2 * vector] = direct ? low : gateLow(Selector.lguestCode, stub);
      words[at + 2 * vector + 1] = direct
        ? high
        : switcherGateHigh(stub, descriptorPrivilege(high));
    }
  }

  private copyGdt(at: number): void {
    for (const entry of guestEntries) this.copySegment(at, entry);
  }

  private copyTls(at: number): void {
    for (let entry: number = GdtEntry.tlsFirst; entry <= GdtEntry.tlsLast; entry++) {
      this.copySegment(at, entry);
    }
  }

  private copySegment(at: number, entry: number): void {
    this.words[at + 2 * entry] = this.state.gdt[2 * entry]!;
    this.words[at + 2 * entry + 1] = this.state.gdt[2 * entry + 1]!;
  }
}
