// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bus } from '@lguest-sim/bus';
import { Outcome } from '../core/phases.js';
import type { VcpuCore } from '../core/vcpu-core.js';

/** Asks the shadow MMU for what the core says: one message for each request. */
export class ShadowRequests {
  private readonly bus: Bus;
  private readonly guest: number;
  private readonly core: VcpuCore;

  constructor(bus: Bus, guest: number, core: VcpuCore) {
    this.bus = bus;
    this.guest = guest;
    this.core = core;
  }

  /** Publishes the message of an outcome that is the shadow MMU's; false if it is not. */
  publish(outcome: Outcome): boolean {
    const { bus, guest, core } = this;
    const cpu = core.state.hostCpu;
    switch (outcome) {
      case Outcome.mapSwitcher:
        bus.publish({ topic: 'map-switcher', cpu, guest });
        return true;
      case Outcome.demandPage: {
        const address = core.state.lastPagefault;
        bus.publish({ topic: 'demand-page', cpu, guest, address, errorCode: core.errorCode });
        return true;
      }
      case Outcome.initPagetable:
        bus.publish({ topic: 'init-pagetable', cpu, guest });
        return true;
      case Outcome.guestDataInit: {
        const guestData = core.guest.dataAddress;
        bus.publish({ topic: 'guest-data-init', cpu, guest, guestData });
        return true;
      }
      default:
        return this.publishHypercall(outcome);
    }
  }

  private publishHypercall(outcome: Outcome): boolean {
    const { bus, guest } = this;
    const { hostCpu: cpu, call } = this.core.state;
    const first = call[1]! >>> 0;
    const second = call[2]! >>> 0;
    const third = call[3]! >>> 0;
    switch (outcome) {
      case Outcome.setPte: {
        const high = call[4]! >>> 0;
        bus.publish({
          topic: 'set-pte',
          cpu,
          guest,
          gpgdir: first,
          address: second,
          low: third,
          high,
        });
        return true;
      }
      case Outcome.newPagetable:
        bus.publish({ topic: 'new-pagetable', cpu, guest, gpgdir: first });
        return true;
      case Outcome.flushUser:
      case Outcome.flushAll:
        bus.publish({ topic: 'flush-tlb', cpu, guest, kernel: outcome === Outcome.flushAll });
        return true;
      case Outcome.setStack:
        bus.publish({ topic: 'set-stack', cpu, guest, ss: first, esp: second, pages: third });
        return true;
      case Outcome.setPgd:
        bus.publish({ topic: 'set-pgd', cpu, guest, gpgdir: first, index: second });
        return true;
      case Outcome.setPmd:
        bus.publish({ topic: 'set-pmd', cpu, guest, gpmd: first, index: second });
        return true;
      default:
        return false;
    }
  }
}
