// SPDX-License-Identifier: GPL-2.0-or-later
import { GDT_ENTRIES, IDT_ENTRIES } from '@lguest-sim/abi';
import type { GuestVirtual, Pfn } from '@lguest-sim/x86';
import { CallStep, Phase } from './phases.js';

/** Bits of `changed`: which of the guest's descriptors the state page does not have yet. */
export const Changed = { idt: 1, gdt: 2, tls: 4, all: 3 } as const;

/** Values of `halted`. */
export const Halted = {
  no: 0,
  /** HALT was called. */
  asked: 1,
  /** The vCPU sleeps, and its kernel was told. */
  asleep: 2,
} as const;

/** 32-bit words of a hypercall: its number and four arguments. */
export const CALL_WORDS = 5;

/** No host CPU. */
export const NO_CPU = -1;

/** `clockDeadline` while the timer is off. */
export const TIMER_OFF = -1;

/** A vCPU's state as plain data. */
export type VcpuStateSnapshot = Readonly<Omit<VcpuState, 'snapshot' | 'restore'>>;

/** What the host knows of one vCPU: the original's `struct lg_cpu`, and where its loop stands. */
export class VcpuState {
  /** Where its loop stands. */
  phase: Phase = Phase.unborn;
  /** Host CPU that runs the loop: what the last `run-vcpu` said. */
  hostCpu = NO_CPU;
  /** Page number of the regs page. */
  registersFrame: Pfn = 0;

  /** Stack of the guest kernel for traps from ring 3: virtual address (bytes) and selector. */
  esp1: GuestVirtual = 0;
  /** Selector of that stack, in ring 1. */
  ss1 = 0;
  /** Not 0: the guest wants to know of device-not-available traps. */
  ts = 0;
  /** One of `Halted`. */
  halted: 0 | 1 | 2 = Halted.no;
  /** Bits of `Changed`. */
  changed = 0;
  /** Host CPU whose pages hold this vCPU's descriptors, unless another has run there since. */
  lastPages = NO_CPU;
  /** CR2 of the last page fault. */
  lastPagefault: GuestVirtual = 0;
  /** Bit n set: interrupt line n waits. */
  irqsPending = 0;
  /** When the timer goes off, in cycles of virtual time, or `TIMER_OFF`. */
  clockDeadline = TIMER_OFF;

  /** Argument of a NOTIFY that the Launcher has not seen yet, or 0. */
  pendingNotify = 0;
  /** A hypercall waits to be carried out; its words are in the regs page. */
  callPending = false;
  /** How far that hypercall is. */
  callStep: CallStep = CallStep.start;
  /** Ring entry that is looked at next: 0 to 63, kept between hypercalls. */
  nextCall = 0;
  /** Ring entries that this drain still has to carry out. */
  ringLeft = 0;
  /** Ring entry that is being carried out. */
  ringSlot = 0;

  /** Words of the hypercall being carried out. */
  readonly call = new Int32Array(CALL_WORDS);
  /** The guest's wishes: 256 gates, 2 words each, low word first. */
  readonly idt = new Int32Array(2 * IDT_ENTRIES);
  /** The guest's wishes: 32 descriptors, 2 words each. */
  readonly gdt = new Int32Array(2 * GDT_ENTRIES);

  /** Its state as plain data. */
  snapshot(): VcpuStateSnapshot {
    const { call, idt, gdt, ...scalars } = this;
    return {
      ...scalars,
      call: call.slice(),
      idt: idt.slice(),
      gdt: gdt.slice(),
    };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: VcpuStateSnapshot): void {
    const { call, idt, gdt, ...scalars } = snapshot;
    Object.assign(this, scalars);
    this.call.set(call);
    this.idt.set(idt);
    this.gdt.set(gdt);
  }
}
