// SPDX-License-Identifier: GPL-2.0-or-later
import {
  FIRST_EXTERNAL_VECTOR,
  GUEST_IRQS,
  GuestData,
  INTERRUPT_FLAG,
  Register,
} from '@lguest-sim/abi';
import type { VcpuCounters } from './counters.js';
import type { RunLoopDefects } from './fidelity.js';
import { UNREADABLE, type GuestAccess } from './guest-access.js';
import type { GuestClock } from './guest-clock.js';
import type { GuestHost } from './guest-host.js';
import type { RegistersPage } from './registers-page.js';
import type { TrapDelivery } from './trap-delivery.js';
import { Halted, TIMER_OFF, type VcpuState } from './vcpu-state.js';

/** The interrupt line of the guest's timer. */
const TIMER_IRQ = 0;

/** A guest's virtual interrupts. Source: facts sheet, section 2, step 4. */
export class Interrupts {
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;
  private readonly registers: RegistersPage;
  private readonly delivery: TrapDelivery;
  private readonly clock: GuestClock;
  private readonly counters: VcpuCounters;
  private readonly defects: RunLoopDefects;

  constructor(options: {
    state: VcpuState;
    guest: GuestHost;
    access: GuestAccess;
    registers: RegistersPage;
    delivery: TrapDelivery;
    clock: GuestClock;
    counters: VcpuCounters;
    defects: RunLoopDefects;
  }) {
    this.state = options.state;
    this.guest = options.guest;
    this.access = options.access;
    this.registers = options.registers;
    this.delivery = options.delivery;
    this.clock = options.clock;
    this.counters = options.counters;
    this.defects = options.defects;
  }

  /**
   * Raises an interrupt line. Line 0 is the timer, which goes off once: raising it ends its
   * deadline.
   * @throws RangeError if the line is not 0 to 31: a bug of the host, not of the guest
   */
  raise(irq: number): void {
    if (!Number.isInteger(irq) || irq < 0 || irq >= GUEST_IRQS) {
      throw new RangeError(`interrupt line ${irq}: expected 0 to ${GUEST_IRQS - 1}`);
    }
    this.state.irqsPending |= 1 << irq;
    if (irq === TIMER_IRQ) this.state.clockDeadline = TIMER_OFF;
  }

  /** Delivers the lowest interrupt that waits, if there is one and the guest lets it in. */
  deliver(): void {
    if (this.state.irqsPending === 0) return;
    const wanted = this.wanted();
    if (wanted === 0 || this.inNoirqRange() || !this.openDoor()) return;
    const irq = 31 - Math.clz32(wanted & -wanted);
    const vector = FIRST_EXTERNAL_VECTOR + irq;
    if (this.delivery.hasHandler(vector)) this.enterHandler(irq, vector);
    this.clock.writeTimestamp();
    // R18: the search for further interrupts never comes back empty.
    if (this.defects.keepsPendingFlag || (wanted & (wanted - 1)) !== 0) return;
    this.access.setDataWord(GuestData.irqPending, 0);
  }

  /** Lines that wait and are not blocked, as bits; none before LGUEST_INIT. */
  private wanted(): number {
    const blocked = this.access.dataWord(GuestData.blockedInterrupts);
    return blocked === UNREADABLE ? 0 : this.state.irqsPending & ~blocked;
  }

  private inNoirqRange(): boolean {
    const eip = this.registers.get(Register.eip);
    return eip >= this.guest.noirqStart && eip < this.guest.noirqEnd;
  }

  /**
   * Whether the guest takes interrupts now. Halting means waiting for one, so that opens the door;
   * a guest that has them disabled is told that one waits.
   */
  private openDoor(): boolean {
    const { access, state } = this;
    if (state.halted !== Halted.no) {
      if (!access.setDataWord(GuestData.irqEnabled, INTERRUPT_FLAG)) {
        this.guest.kill('Re-enabling interrupts');
      }
      state.halted = Halted.no;
      return true;
    }
    const enabled = access.dataWord(GuestData.irqEnabled);
    if (enabled !== UNREADABLE && enabled !== 0) return true;
    access.setDataWord(GuestData.irqPending, INTERRUPT_FLAG);
    return false;
  }

  private enterHandler(irq: number, vector: number): void {
    this.state.irqsPending &= ~(1 << irq);
    this.delivery.enterGate(vector, false);
    if (this.guest.dead) return;
    this.counters.interruptsDelivered++;
    this.guest.listener.guestTrap(vector, 0, 0);
  }
}
