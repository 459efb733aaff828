// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bus, Publisher } from '@lguest-sim/bus';
import { Outcome } from '../core/phases.js';
import type { VcpuCore } from '../core/vcpu-core.js';

/** Asks the shadow MMU for what the core says: one message for each request. */
export class ShadowRequests {
  private readonly bus: Bus;
  private readonly mapSwitcher: Publisher<'map-switcher'>;
  private readonly demandPage: Publisher<'demand-page'>;
  private readonly newPagetable: Publisher<'new-pagetable'>;
  private readonly setStack: Publisher<'set-stack'>;
  private readonly setPte: Publisher<'set-pte'>;
  private readonly guest: number;
  private readonly core: VcpuCore;

  constructor(bus: Bus, guest: number, core: VcpuCore) {
    this.bus = bus;
    this.mapSwitcher = bus.publisher('map-switcher');
    this.demandPage = bus.publisher('demand-page');
    this.newPagetable = bus.publisher('new-pagetable');
    this.setStack = bus.publisher('set-stack');
    this.setPte = bus.publisher('set-pte');
    this.guest = guest;
    this.core = core;
  }

  /** Publishes the message of an outcome that is the shadow MMU's; false if it is not. */
  publish(outcome: Outcome): boolean {
    const { bus, guest, core } = this;
    const cpu = core.state.hostCpu;
    switch (outcome) {
      case Outcome.mapSwitcher:
        this.mapSwitcher.publish({ topic: 'map-switcher', cpu, guest });
        return true;
      case Outcome.demandPage: {
        const address = core.state.lastPagefault;
        this.demandPage.publish({
          topic: 'demand-page',
          cpu,
          guest,
          address,
          errorCode: core.errorCode,
        });
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
        this.setPte.publish({
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
        this.newPagetable.publish({ topic: 'new-pagetable', cpu, guest, gpgdir: first });
        return true;
      case Outcome.flushUser:
      case Outcome.flushAll:
        bus.publish({ topic: 'flush-tlb', cpu, guest, kernel: outcome === Outcome.flushAll });
        return true;
      case Outcome.setStack:
        this.setStack.publish({
          topic: 'set-stack',
          cpu,
          guest,
          ss: first,
          esp: second,
          pages: third,
        });
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
