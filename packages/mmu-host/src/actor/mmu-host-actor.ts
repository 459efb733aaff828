// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance } from '@lguest-sim/bus';
import type {
  Bus,
  CostModel,
  EventSender,
  MachineInspector,
  Message,
  Publisher,
  Topic,
  VirtualClock,
} from '@lguest-sim/bus';
import type { Subscription } from 'rxjs';
import type { GuestMmu } from '../core/interfaces.js';
import type { ShadowMmuSnapshot } from '../core/snapshot.js';
import { guestMachine } from '../machine/guest-machine.js';
import { remapEntries } from '../core/switcher-mapping.js';
import { SlotTracker } from './slot-tracker.js';

/** A guest has one vCPU; everything on the bus is for that. */
const VCPU = 0;

/** What the actor is made of. */
export interface MmuHostActorOptions<Snapshot = ShadowMmuSnapshot> {
  /** The bus that it is joined to. */
  readonly bus: Bus;
  /** The clocks of all host CPUs. */
  readonly clock: VirtualClock;
  /** What its work costs, in cycles. */
  readonly costs: CostModel;
  /** Number of the guest. */
  readonly guest: number;
  /** The guest's MMU. */
  readonly core: GuestMmu<Snapshot>;
  /** Told of every transition of the guest's and the slots' machines. */
  readonly inspect?: MachineInspector;
}

/** The actor and its core as plain data. */
export interface MmuHostSnapshot<Snapshot = ShadowMmuSnapshot> {
  /** The shadow MMU’s own. */
  readonly core: Snapshot;
  /** State of the guest’s machine: linear, paged or dead. */
  readonly guest: string;
  /** State of each slot’s machine: empty, shadowing or mapped. */
  readonly slots: readonly string[];
}

/**
 * A guest's shadow MMU on the bus. Each request of the hypervisor's is checked with the guest's
 * machine, done by the core, and answered: `map-switcher` with `switcher-mapped`, every other with
 * `shadow-done`. A request that is illegal in the guest's state, and a HostOops, is thrown.
 */
export class MmuHostActor<Snapshot = ShadowMmuSnapshot> {
  private readonly options: MmuHostActorOptions<Snapshot>;
  private readonly machine: MachineInstance;
  private readonly slots: SlotTracker;
  private readonly demandingPage: EventSender;
  private readonly mappingSwitcher: EventSender;
  private readonly shadowDone: Publisher<'shadow-done'>;
  private readonly switcherMapped: Publisher<'switcher-mapped'>;
  private readonly slotChanged: Publisher<'slot-changed'>;
  private readonly subscriptions: Subscription[] = [];

  // Called for every fault: as fields they need no function around them.
  private readonly onDemandPage = ({
    cpu,
    guest,
    address,
    errorCode,
  }: Message<'demand-page'>): void => {
    const { clock, costs, core } = this.options;
    this.demandingPage.send();
    clock.advance(cpu, costs.demandPage);
    // Of all the requests that come often, only this one never changes a slot.
    const fixed = core.demandPage(VCPU, address, errorCode);
    this.shadowDone.publish({ topic: 'shadow-done', cpu, guest, fixed });
  };

  private readonly onMapSwitcher = ({ cpu, guest }: Message<'map-switcher'>): void => {
    const { clock, costs, core } = this.options;
    this.mappingSwitcher.send();
    const remap = core.mapSwitcher(VCPU, cpu);
    const hostCpus = clock.now.length;
    clock.advance(cpu, remapEntries(remap, hostCpus) * costs.remapEntry);
    // What is skipped changes no slot, and that is what most entries come to.
    if (remap !== 'skipped') this.slots.follow();
    const cr3 = core.shadowCr3(VCPU);
    this.switcherMapped.publish({ topic: 'switcher-mapped', cpu, guest, remap, cr3 });
  };

  constructor(options: MmuHostActorOptions<Snapshot>) {
    const { bus, guest, core, inspect } = options;
    this.options = options;
    this.shadowDone = bus.publisher('shadow-done');
    this.switcherMapped = bus.publisher('switcher-mapped');
    this.slotChanged = bus.publisher('slot-changed');
    this.machine = new MachineInstance(`guest ${guest} mmu`, guestMachine, inspect);
    this.demandingPage = this.machine.sender('demand-page');
    this.mappingSwitcher = this.machine.sender('map-switcher');
    this.slots = new SlotTracker(guest, core.slots, inspect);
    this.subscribe();
  }

  /** `linear`, `paged` or `dead`. */
  get state(): string {
    return this.machine.state;
  }

  /** For each slot: `empty`, `shadowing` or `mapped`. */
  get slotStates(): readonly string[] {
    return this.slots.states;
  }

  /** Leaves the bus. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** Its state as plain data. */
  snapshot(): MmuHostSnapshot<Snapshot> {
    const { core } = this.options;
    return { core: core.snapshot(), guest: this.machine.state, slots: this.slots.states };
  }

  /**
   * Puts back what `snapshot` returned.
   * @throws RangeError if the snapshot does not fit this guest
   */
  restore(snapshot: MmuHostSnapshot<Snapshot>): void {
    this.options.core.restore(snapshot.core);
    this.machine.restore(snapshot.guest);
    this.slots.restore(snapshot.slots);
  }

  private subscribe(): void {
    const { bus, core, guest } = this.options;
    // The two of every round trip have handlers of their own: in one closure for all topics an engine
    // meets messages of so many shapes that it compiles nothing well.
    this.subscriptions.push(
      bus.handle('demand-page', guest, this.onDemandPage),
      bus.handle('map-switcher', guest, this.onMapSwitcher),
    );
    this.answer('init-pagetable', () => core.initGuestPagetable() === 0);
    this.answer('guest-data-init', (m) => core.guestDataInit(VCPU, m.guestData));
    this.answer('pin-stack', () => core.pinStackPages(VCPU));
    this.answer('new-pagetable', (m) => this.newPagetable(m));
    this.answer('flush-tlb', (m) => (m.kernel ? core.clearAll(VCPU) : core.flushUser(VCPU)));
    this.answer('set-stack', (m) => core.setStack(VCPU, m.esp, m.ss, m.pages));
    this.answer('set-pte', (m) => core.setPte(VCPU, m.gpgdir, m.address, m.low, m.high));
    this.answer('set-pgd', (m) => core.setPgd(m.gpgdir, m.index));
    this.answer('set-pmd', (m) => core.setPmd(m.gpmd, m.index));
    this.answer('free-pagetable', () => core.free());
  }

  private newPagetable({ cpu, guest, gpgdir }: Message<'new-pagetable'>): void {
    const { core } = this.options;
    const change = core.newPagetable(VCPU, gpgdir);
    const { slot } = core.vcpu(VCPU);
    this.slotChanged.publish({ topic: 'slot-changed', cpu, guest, slot, gpgdir, change });
  }

  /** Handles a topic that is answered with `shadow-done`; no result means done. */
  private answer<T extends Topic>(topic: T, work: (message: Message<T>) => boolean | void): void {
    const { bus, guest } = this.options;
    const event = this.machine.sender(topic);
    this.subscriptions.push(
      bus.handle(topic, guest, (message) => {
        event.send();
        const fixed = work(message) ?? true;
        this.slots.follow();
        this.shadowDone.publish({ topic: 'shadow-done', cpu: message.cpu, guest, fixed });
      }),
    );
  }
}
