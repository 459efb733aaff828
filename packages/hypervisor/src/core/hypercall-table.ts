// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { GuestPhysical } from '@lguest-sim/x86';
import type { VcpuCounters } from './counters.js';
import type { DescriptorTables } from './descriptor-tables.js';
import type { GuestAccess } from './guest-access.js';
import type { GuestClock } from './guest-clock.js';
import type { GuestHost } from './guest-host.js';
import { Outcome } from './phases.js';
import { Halted, type VcpuState } from './vcpu-state.js';

/** Bytes of the message that a guest gives with SHUTDOWN, its end included. */
const SHUTDOWN_MESSAGE_BYTES = 128;

/** Second argument of SHUTDOWN. */
const Shutdown = { powerOff: 1, restart: 2 } as const;

/**
 * Carries out hypercalls: the words are in `state.call`. What concerns the shadow tables is the
 * shadow MMU's; it is only asked for here. Source: `do_hcall`; facts sheet, section 4.
 */
export class HypercallTable {
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;
  private readonly descriptors: DescriptorTables;
  private readonly clock: GuestClock;
  private readonly counters: VcpuCounters;
  private readonly hasMiddleLevel: boolean;
  private readonly message = new Uint8Array(SHUTDOWN_MESSAGE_BYTES);

  constructor(options: {
    state: VcpuState;
    guest: GuestHost;
    access: GuestAccess;
    descriptors: DescriptorTables;
    clock: GuestClock;
    counters: VcpuCounters;
    /** Whether SET_PMD exists: under PAE. */
    hasMiddleLevel: boolean;
  }) {
    this.state = options.state;
    this.guest = options.guest;
    this.access = options.access;
    this.descriptors = options.descriptors;
    this.clock = options.clock;
    this.counters = options.counters;
    this.hasMiddleLevel = options.hasMiddleLevel;
  }

  /** Counts and announces the hypercall in `state.call`. */
  announce(fromRing: boolean): void {
    const { call } = this.state;
    this.counters.countHypercall(call[0]!, fromRing);
    this.guest.listener.hypercall(fromRing, call);
  }

  /**
   * Carries out the hypercall in `state.call`. Returns what the shadow MMU has to do for it, or
   * `Outcome.none` if it is done.
   */
  perform(fromRing: boolean): Outcome {
    this.announce(fromRing);
    const asked = this.forShadowMmu(this.state.call[0]!);
    if (asked === Outcome.none) this.performHere(this.state.call[0]!);
    return asked;
  }

  private forShadowMmu(number: number): Outcome {
    const { state } = this;
    switch (number) {
      case Hypercall.setPte:
        // Two-level entries have no high word, whatever the guest left in that register.
        if (!this.hasMiddleLevel) state.call[4] = 0;
        return Outcome.setPte;
      case Hypercall.newPgtable:
        return Outcome.newPagetable;
      case Hypercall.flushTlb:
        return state.call[1] === 0 ? Outcome.flushUser : Outcome.flushAll;
      case Hypercall.setPgd:
        return Outcome.setPgd;
      case Hypercall.setPmd:
        return this.hasMiddleLevel ? Outcome.setPmd : Outcome.none;
      case Hypercall.setStack:
        // Whether it is a good stack the shadow MMU judges; the TSS gets it in any case.
        state.ss1 = state.call[1]! & 0xffff;
        state.esp1 = state.call[2]! >>> 0;
        return Outcome.setStack;
      default:
        return Outcome.none;
    }
  }

  private performHere(number: number): void {
    const { state } = this;
    const argument = state.call[1]! >>> 0;
    switch (number) {
      case Hypercall.flushAsync:
      case Hypercall.sendInterrupts:
        // Coming here was the point: the ring is drained, and interrupts are looked at next.
        return;
      case Hypercall.lguestInit:
        return this.guest.kill('already have lguest_data');
      case Hypercall.shutdown:
        return this.shutDown(argument, state.call[2]!);
      case Hypercall.ts:
        state.ts = argument;
        return;
      case Hypercall.setClockevent:
        return this.clock.setTimer(argument);
      case Hypercall.halt:
        state.halted = Halted.asked;
        return;
      case Hypercall.notify:
        state.pendingNotify = argument;
        return;
      default:
        this.performDescriptorCall(number, argument);
    }
  }

  private performDescriptorCall(number: number, argument: number): void {
    const { call } = this.state;
    switch (number) {
      case Hypercall.loadIdtEntry:
        return this.descriptors.loadGate(argument, call[2]!, call[3]!);
      case Hypercall.loadGdtEntry:
        return this.descriptors.loadSegment(argument, call[2]!, call[3]!);
      case Hypercall.loadTls:
        return this.descriptors.loadTls(argument);
      default:
        // The line break is the original's.
        this.guest.kill(`Bad hypercall ${number}\n`);
    }
  }

  private shutDown(gpa: GuestPhysical, how: number): void {
    this.access.readBytes(gpa, this.message);
    const reason = `CRASH: ${textOf(this.message)}`;
    if (how === Shutdown.powerOff) this.guest.powerOff(reason);
    else if (how === Shutdown.restart) this.guest.restart();
    else this.guest.kill(reason);
  }
}

/** A C string; its last byte counts as the end in any case. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length - 1 && bytes[i] !== 0; i++) {
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
}
