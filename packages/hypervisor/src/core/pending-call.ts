// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { GuestHost } from './guest-host.js';
import type { GuestInitialiser } from './guest-initialiser.js';
import type { HypercallRing } from './hypercall-ring.js';
import type { HypercallTable } from './hypercall-table.js';
import { CallStep, Outcome } from './phases.js';
import type { RegistersPage } from './registers-page.js';
import type { VcpuState } from './vcpu-state.js';

/**
 * The hypercall that a guest has made and that is not finished: first everything in the ring, then
 * the call itself. Whenever the shadow MMU has to do something it stops, and goes on where it was:
 * the step it has reached is data. Source: `do_hypercalls`, `do_async_hcalls`.
 */
export class PendingCall {
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly registers: RegistersPage;
  private readonly ring: HypercallRing;
  private readonly table: HypercallTable;
  private readonly initialiser: GuestInitialiser;

  constructor(options: {
    state: VcpuState;
    guest: GuestHost;
    registers: RegistersPage;
    ring: HypercallRing;
    table: HypercallTable;
    initialiser: GuestInitialiser;
  }) {
    this.state = options.state;
    this.guest = options.guest;
    this.registers = options.registers;
    this.ring = options.ring;
    this.table = options.table;
    this.initialiser = options.initialiser;
  }

  /**
   * Goes on until something outside has to happen, and returns what, or until the call is done or has
   * to wait for the Launcher (`pendingNotify`): then `Outcome.none`.
   */
  proceed(): Outcome {
    for (;;) {
      const asked = this.step();
      if (asked !== Outcome.none) return asked;
      if (this.state.callStep === CallStep.start) return Outcome.none;
    }
  }

  private step(): Outcome {
    const { state } = this;
    switch (state.callStep) {
      case CallStep.start:
        return this.start();
      case CallStep.ring:
        return this.nextOfRing();
      case CallStep.ringDone:
        state.callStep = this.ring.finish() ? CallStep.ring : CallStep.call;
        return Outcome.none;
      case CallStep.call:
        return this.callItself();
      case CallStep.initFlush:
        state.callStep = CallStep.callDone;
        return Outcome.flushAll;
      case CallStep.callDone:
        return this.done();
    }
  }

  private start(): Outcome {
    if (!this.guest.hasData) return this.firstCall();
    this.ring.begin();
    this.state.callStep = CallStep.ring;
    return Outcome.none;
  }

  private nextOfRing(): Outcome {
    if (!this.ring.take()) {
      this.state.callStep = CallStep.call;
      return Outcome.none;
    }
    this.state.callStep = CallStep.ringDone;
    return this.table.perform(true);
  }

  private callItself(): Outcome {
    const { state } = this;
    if (state.pendingNotify !== 0) {
      // The drain stopped at a NOTIFY: the Launcher first, then the rest of the ring and this call.
      state.callStep = CallStep.start;
      return Outcome.none;
    }
    this.registers.copyCall(state.call);
    state.callStep = CallStep.callDone;
    return this.table.perform(false);
  }

  /** Before LGUEST_INIT nothing else is allowed. Kills: `hypercall %li before INIT`. */
  private firstCall(): Outcome {
    const { call } = this.state;
    this.registers.copyCall(call);
    this.table.announce(false);
    if (call[0] !== Hypercall.lguestInit) {
      this.guest.kill(`hypercall ${call[0]} before INIT`);
      return this.done();
    }
    this.initialiser.record(call[1]! >>> 0);
    this.state.callStep = CallStep.initFlush;
    return this.guest.hasData ? Outcome.guestDataInit : Outcome.none;
  }

  private done(): Outcome {
    this.state.callPending = false;
    this.state.callStep = CallStep.start;
    return Outcome.none;
  }
}
