// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GUEST_PRIVILEGE,
  REGISTER_WORDS,
  Register,
  USER_PRIVILEGE,
  privilegeOf,
} from '@lguest-sim/abi';
import type { SwitcherLayout } from '@lguest-sim/abi';
import { hex } from '@lguest-sim/x86';
import type { PagingFormat } from '@lguest-sim/x86';
import type { CpuCounters } from './counters.js';
import type { CpuExit } from './exit.js';
import type { GuestCode } from './guest-code.js';
import { runAccesses } from './hot-loop.js';
import { inspectWalk } from './inspect-walk.js';
import type { WalkInspection } from './inspect-walk.js';
import { KernelExecutor } from './kernel-executor.js';
import type { Step } from './kernel-executor.js';
import { KernelLoop } from './kernel-loop.js';
import { FAULT, Mmu } from './mmu.js';
import type { MmuOptions } from './mmu.js';
import { Need } from './rights.js';
import type { TlbSnapshot } from './tlb.js';
import { Traps } from './traps.js';
import { runWatchedAccesses } from './watched-loop.js';

/** Vector of the host's own timer interrupt, which ends a time slice: Linux's local APIC timer. */
export const TIMER_VECTOR = 239;

/**
 * Vector with which one host CPU asks another to let its scheduler decide anew: Linux's rescheduling
 * interrupt (`RESCHEDULE_VECTOR` in arch/x86/include/asm/irq_vectors.h).
 */
export const RESCHEDULE_VECTOR = 253;

/** Vector of the guest's system call. */
export const SYSTEM_CALL_VECTOR = 0x80;

/** What a host CPU is made from. */
export interface CpuOptions extends MmuOptions {
  /** Where the Switcher's pages are. */
  readonly layout: SwitcherLayout;
}

/** A host CPU's state as plain data. */
export interface CpuCoreSnapshot {
  /** The plain registers, in the order of `Register`. */
  readonly registers: Int32Array;
  /** Address of the last access that faulted. */
  readonly cr2: number;
  /** Host-physical address of the top-level table. */
  readonly cr3: number;
  /** PAE: the four top entries as CR3’s load found them, two words each. */
  readonly latch: Int32Array;
  /** What the TLB holds. */
  readonly tlb: TlbSnapshot;
  /** What was counted so far. */
  readonly counters: CpuCounters;
  /** The trap with which it left the guest, if it has not been delivered. */
  readonly exit: { readonly vector: number; readonly errorCode: number; readonly address: number };
  /** Whether the guest’s code has to be told that the CPU goes on in it. */
  readonly mustResume: boolean;
}

/**
 * A host CPU: registers, MMU, traps, and the execution of a guest until something needs the host.
 *
 * The Switcher loads CR3 and the registers; `enter` says whose code they belong to; `run` executes
 * it. In ring 3 that is a process's accesses, in ring 1 the guest kernel's instructions. The CPU
 * knows neither shadow tables nor hypervisor: it walks whatever CR3 points to.
 */
export class CpuCore {
  /** Number of the host CPU, from 0. */
  readonly number: number;
  /** The registers in `Register` order, signed words. */
  readonly registers = new Int32Array(REGISTER_WORDS);
  /** Its memory management unit. */
  readonly mmu: Mmu;
  private readonly format: PagingFormat;
  private readonly traps: Traps;
  private readonly kernel: KernelExecutor;
  private readonly plain: KernelLoop;
  private code: GuestCode | undefined;
  private mustResume = false;

  /** @throws RangeError for an impossible TLB, see `Tlb` */
  constructor(options: CpuOptions) {
    this.number = options.number;
    this.format = options.format;
    this.mmu = new Mmu(options);
    this.traps = new Traps(this.mmu, this.registers, options.number, options.layout);
    this.kernel = new KernelExecutor(this.mmu, this.registers, this.traps);
    this.plain = new KernelLoop(this.mmu, this.registers);
  }

  /** What it counted so far. */
  get counters(): CpuCounters {
    return this.mmu.counters;
  }

  /** Host-physical address of the top table, unsigned. */
  get cr3(): number {
    return this.mmu.walker.cr3 >>> 0;
  }

  /** Address of the last access that faulted, unsigned. */
  get cr2(): number {
    return this.mmu.cr2 >>> 0;
  }

  /** The last trap: its vector. */
  get exitVector(): number {
    return this.traps.vector;
  }

  /** The last trap: its error code, 0 for a vector without one. */
  get exitErrorCode(): number {
    return this.traps.errorCode;
  }

  /** The last trap: CR2 for a page fault, unsigned, otherwise 0. */
  get exitAddress(): number {
    return this.traps.address;
  }

  /**
   * Loads CR3: flushes the TLB, and under PAE latches the four top-level entries.
   * @throws RangeError if `hpa` (host-physical) is outside host memory
   */
  loadCr3(hpa: number): void {
    this.mmu.loadCr3(hpa);
  }

  /**
   * Translates an address as the supervisor code of the Switcher does: a real access, with its
   * effects on TLB, accessed and dirty bits, and CR2 if it faults. Counts as a hardware access.
   *
   * @returns host-physical address in bytes, or -1 on a page fault
   */
  translate(vaddr: number, write: boolean): number {
    const page = this.mmu.access(vaddr, write ? Need.store : Need.load);
    if (page === FAULT) return -1;
    this.counters.hardwareAccesses++;
    return (page | (vaddr & 0xfff)) >>> 0;
  }

  /**
   * Looks at what a walk would meet, and changes nothing. Of the table that CR3 points to, a CPU in
   * PAE mode sees the top level as latched.
   */
  inspectWalk(cr3: number, vaddr: number): WalkInspection {
    const { host, walker } = this.mmu;
    const latch = walker.isLatched && cr3 === this.cr3 ? walker.latch : undefined;
    return inspectWalk(host, this.format, cr3, vaddr, latch);
  }

  /** A guest was entered: what the registers now point to is `code`. */
  enter(code: GuestCode): void {
    this.code = code;
    this.mustResume = true;
  }

  /**
   * Executes the guest from this CPU's clock on, until something needs the host or the guest kernel
   * is entered or left. When the clock reaches `until` (cycles), that is a trap by an interrupt of the
   * host's. See `CpuExit`, `exitVector`.
   *
   * @param vector of that interrupt
   * @throws Error if no guest was entered; whatever `Traps.deliver` and the walker throw
   */
  run(until: number, vector = TIMER_VECTOR): CpuExit {
    const { registers, mmu } = this;
    const code = this.code;
    if (code === undefined) throw new Error(`host CPU ${this.number}: no guest was entered`);
    for (;;) {
      if (mmu.now >= until) return this.traps.deliver(vector, 0);
      if (this.mustResume) {
        this.mustResume = false;
        code.resume(registers);
      }
      const exit =
        this.privilege === USER_PRIVILEGE ? this.runUser(code, until) : this.runKernel(code, until);
      if (exit !== 'next') {
        // A starved process goes on in the middle of its batch; after a trap, `enter` comes first.
        this.mustResume = exit === 'direct-trap' || exit === 'returned' || exit === 'resume';
        if (exit !== 'resume') return exit;
      }
    }
  }

  /** Its state as plain data. */
  snapshot(): CpuCoreSnapshot {
    const { mmu, traps } = this;
    return {
      registers: this.registers.slice(),
      cr2: mmu.cr2,
      cr3: mmu.walker.cr3,
      latch: mmu.walker.latch.slice(),
      tlb: mmu.tlb.snapshot(),
      counters: { ...mmu.counters },
      exit: { vector: traps.vector, errorCode: traps.errorCode, address: traps.address },
      mustResume: this.mustResume,
    };
  }

  /**
   * Puts a snapshot back.
   *
   * @param code what ran, if a guest did
   * @throws RangeError if the snapshot is of a CPU with another TLB
   */
  restore(snapshot: CpuCoreSnapshot, code?: GuestCode): void {
    const { mmu, traps } = this;
    mmu.tlb.restore(snapshot.tlb);
    this.registers.set(snapshot.registers);
    mmu.cr2 = snapshot.cr2;
    mmu.walker.cr3 = snapshot.cr3;
    mmu.walker.latch.set(snapshot.latch);
    Object.assign(mmu.counters, snapshot.counters);
    traps.vector = snapshot.exit.vector;
    traps.errorCode = snapshot.exit.errorCode;
    traps.address = snapshot.exit.address;
    this.mustResume = snapshot.mustResume;
    this.code = code;
  }

  private runUser(code: GuestCode, until: number): Step {
    const { accesses, watcher } = code;
    if (accesses.position < accesses.limit) {
      const completed =
        watcher === undefined
          ? runAccesses(this.mmu, code, this.registers, until)
          : runWatchedAccesses(this.mmu, code, this.registers, until, watcher);
      return completed ? 'next' : this.traps.pageFault();
    }
    if (code.atLimit(this.registers) === 'starved') return 'starved';
    return this.traps.softwareInterrupt(SYSTEM_CALL_VECTOR);
  }

  private runKernel(code: GuestCode, until: number): Step {
    if (this.privilege !== GUEST_PRIVILEGE) {
      throw new Error(
        `host CPU ${this.number}: no guest code at cs ${hex(this.registers[Register.cs]!)}`,
      );
    }
    for (;;) {
      if (code.instructions.isEmpty) this.advance(code);
      const { instructions } = code;
      const run = this.plain.run(instructions, until);
      if (run === 'finished') continue;
      if (run === 'stopped') return 'next';
      if (run === 'faulted') return this.traps.pageFault();
      const step = this.kernel.step(instructions);
      if (step !== 'next') return step;
      if (this.mmu.now >= until) return 'next';
    }
  }

  private advance(code: GuestCode): void {
    if (!code.advance(this.registers) || code.instructions.isEmpty) {
      throw new Error(`host CPU ${this.number}: the guest kernel has no further instruction`);
    }
  }

  private get privilege(): number {
    return privilegeOf(this.registers[Register.cs]!);
  }
}
