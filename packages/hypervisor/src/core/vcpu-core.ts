// SPDX-License-Identifier: GPL-2.0-or-later
import {
  FIRST_EXTERNAL_VECTOR,
  GuestData,
  HYPERCALL_VECTOR,
  IDT_ENTRIES,
  Register,
  SYSTEM_CALL_VECTOR,
} from '@lguest-sim/abi';
import { NO_FRAME, Vector, hex, type GuestPhysical, type GuestVirtual } from '@lguest-sim/x86';
import type { VcpuCounters, VcpuCountersSnapshot } from './counters.js';
import { OUT_OF_MEMORY, type GuestHost, type GuestHostSnapshot } from './guest-host.js';
import { Outcome, Phase } from './phases.js';
import { buildParts, type VcpuOptions, type VcpuParts } from './vcpu-parts.js';
import {
  Changed,
  Halted,
  TIMER_OFF,
  type VcpuState,
  type VcpuStateSnapshot,
} from './vcpu-state.js';

/** Vector of the device-not-available trap: the guest used the FPU. */
const DEVICE_NOT_AVAILABLE = 7;

/** A vCPU and its guest as plain data. */
export interface VcpuSnapshot {
  /** The guest’s. */
  readonly guest: GuestHostSnapshot;
  /** The vCPU’s. */
  readonly state: VcpuStateSnapshot;
  /** What was counted so far. */
  readonly counters: VcpuCountersSnapshot;
}

/**
 * The host's run loop for one vCPU, as phases: each call gets it on to the next thing that has to
 * happen outside, and returns what that is. Nothing waits inside; where the loop stands is data.
 *
 * Source: `run_guest`, facts sheet, section 2.
 */
export class VcpuCore {
  /** The guest that the vCPU belongs to. */
  readonly guest: GuestHost;
  /** What the host knows of the vCPU. */
  readonly state: VcpuState;
  /** What was counted so far. */
  readonly counters: VcpuCounters;
  private readonly parts: VcpuParts;

  constructor(options: VcpuOptions) {
    this.guest = options.guest;
    this.parts = buildParts(options);
    this.state = this.parts.state;
    this.counters = this.parts.counters;
  }

  /** Cycles of virtual time at which the guest's timer goes off, or Infinity while it is off. */
  get clockDeadline(): number {
    const { clockDeadline } = this.state;
    return clockDeadline === TIMER_OFF ? Infinity : clockDeadline;
  }

  /** Kills the guest; the first reason counts. Given to the shadow MMU as well. */
  kill(reason: string): void {
    this.guest.kill(reason);
  }

  /**
   * LHREQ_INITIALIZE: gives the vCPU its registers. Source: facts sheet, section 1.3.
   *
   * @param hostCpu host CPU on which this happens
   * @param pages guest pages: the first forbidden page number
   * @param start entry point, a guest-physical address
   */
  initialize(hostCpu: number, pages: number, start: GuestPhysical): Outcome {
    const { state, parts, guest } = this;
    state.hostCpu = hostCpu;
    guest.pages = pages;
    const frame = parts.frames.allocateRegisters();
    if (frame === NO_FRAME) {
      guest.kill(OUT_OF_MEMORY);
      return this.leave();
    }
    state.registersFrame = frame;
    parts.registers.reset(start);
    parts.descriptors.reset();
    state.phase = Phase.birth;
    return Outcome.initPagetable;
  }

  /** The host scheduler lets the vCPU run on a host CPU: the loop goes on there, from its top. */
  run(hostCpu: number): Outcome {
    this.state.hostCpu = hostCpu;
    return this.loop();
  }

  /**
   * The guest was left: decodes the trap whose frame is in the regs page.
   * Source: `lguest_arch_handle_trap`; facts sheet, section 2, step 12.
   *
   * @param address CR2 of the host CPU
   */
  exited(address: GuestVirtual): Outcome {
    this.expect(Phase.guest);
    const { state } = this;
    const trapNumber = this.parts.registers.get(Register.trapNumber);
    this.counters.exits[trapNumber]!++;
    if (trapNumber === Vector.pageFault) {
      state.lastPagefault = address;
      state.phase = Phase.demandPage;
      return Outcome.demandPage;
    }
    if (trapNumber === HYPERCALL_VECTOR) state.callPending = true;
    else if (this.isHostInterrupt(trapNumber)) return this.stop(Outcome.reschedule);
    else if (!this.isForHost(trapNumber)) this.reflect(trapNumber);
    return this.loop();
  }

  /** The shadow MMU is done; `fixed` is false only for a page fault that is the guest's own. */
  answered(fixed: boolean): Outcome {
    switch (this.state.phase) {
      case Phase.demandPage:
        if (!fixed) this.reflectPageFault();
        return this.loop();
      case Phase.hypercall:
        return this.loop(this.roundFromCall());
      case Phase.birth:
        return this.born(fixed);
      case Phase.closing:
        return this.close();
      default:
        throw new Error(`vCPU in phase ${this.state.phase}: an answer that nobody asked for`);
    }
  }

  /** Whether the state page of the host CPU lacks the vCPU's IDT and GDT: `switcherMapped` copies them. */
  get copiesState(): boolean {
    return (this.state.changed & Changed.all) === Changed.all;
  }

  /**
   * The Switcher's entries are right: copies what the state page lacks, and the guest can run on the
   * table that the shadow MMU named.
   */
  switcherMapped(): void {
    this.expect(Phase.switcher);
    this.parts.entry.finish();
    this.state.phase = Phase.guest;
  }

  /**
   * Raises an interrupt line; a vCPU that is halted has to be run then, and finds out itself whether
   * it stays so.
   * @throws RangeError if the line is not 0 to 31
   */
  raise(irq: number): void {
    this.parts.interrupts.raise(irq);
  }

  /** Error code of the last trap. */
  get errorCode(): number {
    return this.parts.registers.get(Register.errorCode);
  }

  /** Its state as plain data. */
  snapshot(): VcpuSnapshot {
    return {
      guest: this.guest.snapshot(),
      state: this.state.snapshot(),
      counters: this.counters.snapshot(),
    };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: VcpuSnapshot): void {
    this.guest.restore(snapshot.guest);
    this.state.restore(snapshot.state);
    this.counters.restore(snapshot.counters);
  }

  /** Round and round, after a round that came to `outcome`, until something has to happen outside. */
  private loop(outcome: Outcome = Outcome.none): Outcome {
    let next = outcome;
    while (next === Outcome.none) {
      if (this.guest.dead) return this.leave();
      next = this.state.callPending ? this.roundFromCall() : this.roundAfterCall();
    }
    return next;
  }

  /** A round from its step 1, hypercalls, or from where one was interrupted. */
  private roundFromCall(): Outcome {
    const asked = this.parts.pendingCall.proceed();
    if (asked === Outcome.none) return this.roundAfterCall();
    this.state.phase = Phase.hypercall;
    return asked;
  }

  /** Steps 2 to 8: returns `Outcome.none` for another round. */
  private roundAfterCall(): Outcome {
    const { state, parts } = this;
    if (state.pendingNotify !== 0) {
      this.notifyLauncher();
      return Outcome.none;
    }
    parts.interrupts.deliver();
    if (this.guest.dead) return this.leave();
    if (state.halted !== Halted.no) return this.sleep();
    parts.entry.prepare();
    state.phase = Phase.switcher;
    return Outcome.mapSwitcher;
  }

  /**
   * Nothing listens to this guest's devices, so the Launcher reads the value and comes back at once.
   */
  private notifyLauncher(): void {
    this.counters.notifies++;
    this.state.pendingNotify = 0;
  }

  /**
   * Sleeps until an interrupt. One that waits but may not be delivered, since the guest halted in
   * code that it keeps free of interrupts, would let the original's loop spin for ever; nothing but
   * another interrupt could change that, so sleeping comes to the same.
   */
  private sleep(): Outcome {
    const { state } = this;
    const told = state.halted === Halted.asleep;
    state.halted = Halted.asleep;
    return this.stop(told ? Outcome.sleepOn : Outcome.halt);
  }

  private expect(phase: Phase): void {
    if (this.state.phase !== phase) {
      throw new Error(`vCPU in phase ${this.state.phase}: expected phase ${phase}`);
    }
  }

  private stop(outcome: Outcome): Outcome {
    this.state.phase = Phase.stopped;
    return outcome;
  }

  private leave(): Outcome {
    this.state.phase = Phase.closing;
    return Outcome.free;
  }

  private born(fixed: boolean): Outcome {
    if (!fixed) this.guest.kill(OUT_OF_MEMORY);
    return this.guest.dead ? this.leave() : this.stop(Outcome.runnable);
  }

  private close(): Outcome {
    const { state } = this;
    if (state.registersFrame !== 0) this.parts.frames.freeRegisters(state.registersFrame);
    state.registersFrame = 0;
    state.clockDeadline = TIMER_OFF;
    state.phase = Phase.closed;
    return Outcome.closed;
  }

  /** Vectors of devices: the host's own handler has run by the time anyone looks here. */
  private isHostInterrupt(trapNumber: number): boolean {
    if (trapNumber < FIRST_EXTERNAL_VECTOR || trapNumber >= IDT_ENTRIES) return false;
    // R9: a system call that comes here, since its gate is no trap gate, is not a device's.
    return trapNumber !== SYSTEM_CALL_VECTOR || this.parts.defects.swallowsSystemCalls;
  }

  /** Traps that end in the host: the NMI, and the FPU's when the guest does not want to know. */
  private isForHost(trapNumber: number): boolean {
    if (trapNumber === Vector.nmi) return true;
    return trapNumber === DEVICE_NOT_AVAILABLE && this.state.ts === 0;
  }

  private reflectPageFault(): void {
    const { guest, parts, state } = this;
    if (guest.hasData && !parts.access.setDataWord(GuestData.cr2, state.lastPagefault)) {
      guest.kill('Writing cr2');
    }
    this.reflect(Vector.pageFault);
  }

  /** Kills: `unhandled trap`. */
  private reflect(trapNumber: number): void {
    const { guest, state, counters } = this;
    const errorCode = this.errorCode;
    const address = trapNumber === Vector.pageFault ? state.lastPagefault : 0;
    if (!this.parts.delivery.reflect(trapNumber)) {
      const eip = hex(this.parts.registers.get(Register.eip));
      const detail = trapNumber === Vector.pageFault ? address : errorCode;
      guest.kill(`unhandled trap ${trapNumber} at ${eip} (${hex(detail)})`);
    }
    if (guest.dead) return;
    if (trapNumber < FIRST_EXTERNAL_VECTOR) counters.reflectedFaults++;
    else counters.reflectedSystemCalls++;
    guest.listener.guestTrap(trapNumber, errorCode, address);
  }
}
