// SPDX-License-Identifier: GPL-2.0-or-later
import {
  MachineInstance,
  type Bus,
  type CostModel,
  type EventSender,
  type MachineInspector,
  type Message,
  type Publisher,
  type VirtualClock,
} from '@lguest-sim/bus';
import type { Subscription } from 'rxjs';
import type { GuestListener } from '../core/interfaces.js';
import { silentListener } from '../core/interfaces.js';
import { Outcome } from '../core/phases.js';
import type { VcpuCore, VcpuSnapshot } from '../core/vcpu-core.js';
import { vcpuMachine } from '../machine/vcpu-machine.js';
import { ShadowRequests } from './shadow-requests.js';

/** A hypervisor actor as plain data. */
export interface HypervisorSnapshot {
  /** Name of its machine’s state. */
  readonly state: string;
  /** The run loop’s own. */
  readonly core: VcpuSnapshot;
}

/**
 * The host's run loop for the vCPU of one guest, joined to the bus. What the core says has to happen
 * next becomes one message; the message that answers it gets the core on.
 */
export class HypervisorActor {
  private readonly bus: Bus;
  private readonly enterGuest: Publisher<'enter-guest'>;
  private readonly hypercall: Publisher<'hypercall'>;
  private readonly clock: VirtualClock;
  private readonly costs: CostModel;
  private readonly guest: number;
  private readonly core: VcpuCore;
  private readonly machine: MachineInstance;
  private readonly exiting: EventSender;
  private readonly answering: EventSender;
  private readonly entering: EventSender;
  private readonly requests: ShadowRequests;
  private readonly subscriptions: readonly Subscription[];

  // Called for every fault: as fields they need no function around them.
  private readonly onExit = ({ cpu, address }: Message<'guest-exit'>): void => {
    this.exiting.send();
    this.clock.advance(cpu, this.costs.exitHandling);
    this.perform(this.core.exited(address));
  };

  private readonly onDone = ({ fixed }: Message<'shadow-done'>): void => {
    this.answering.send();
    this.perform(this.core.answered(fixed));
  };

  private readonly onMapped = ({ cpu, guest, cr3 }: Message<'switcher-mapped'>): void => {
    this.entering.send();
    if (this.core.copiesState) this.clock.advance(cpu, this.costs.stateCopy);
    this.core.switcherMapped();
    this.enterGuest.publish({ topic: 'enter-guest', cpu, guest, cr3 });
  };

  constructor(options: {
    bus: Bus;
    clock: VirtualClock;
    costs: CostModel;
    /** Number of the guest. */
    guest: number;
    core: VcpuCore;
    inspect?: MachineInspector;
  }) {
    const { bus, guest, core } = options;
    this.bus = bus;
    this.enterGuest = bus.publisher('enter-guest');
    this.hypercall = bus.publisher('hypercall');
    this.clock = options.clock;
    this.costs = options.costs;
    this.guest = guest;
    this.core = core;
    this.machine = new MachineInstance(`vcpu ${guest}`, vcpuMachine, options.inspect);
    this.exiting = this.machine.sender('EXIT');
    this.answering = this.machine.sender('ANSWER');
    this.entering = this.machine.sender('ENTER');
    this.requests = new ShadowRequests(bus, guest, core);
    core.guest.listener = this.listener();
    this.subscriptions = [
      bus.handle('initialize', guest, (message) => this.onInitialize(message)),
      bus.handle('run-vcpu', guest, (message) => this.onRun(message)),
      bus.handle('guest-exit', guest, this.onExit),
      bus.handle('shadow-done', guest, this.onDone),
      bus.handle('switcher-mapped', guest, this.onMapped),
      bus.handle('interrupt', guest, (message) => this.onInterrupt(message)),
    ];
  }

  /** Name of the vCPU's state: unborn, runnable, waiting, entered, halted, dying or dead. */
  get state(): string {
    return this.machine.state;
  }

  /** Ends all subscriptions. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.core.guest.listener = silentListener;
  }

  /** Its state as plain data. */
  snapshot(): HypervisorSnapshot {
    return { state: this.machine.state, core: this.core.snapshot() };
  }

  /**
   * Puts back what `snapshot` returned.
   * @throws RangeError if the snapshot names a state that does not exist
   */
  restore(snapshot: HypervisorSnapshot): void {
    this.machine.restore(snapshot.state);
    this.core.restore(snapshot.core);
  }

  private onInitialize({ cpu, pages, start }: Message<'initialize'>): void {
    this.machine.send('INITIALIZE');
    this.perform(this.core.initialize(cpu, pages, start));
  }

  private onRun({ cpu }: Message<'run-vcpu'>): void {
    this.machine.send('RUN');
    this.perform(this.core.run(cpu));
  }

  private onInterrupt({ cpu, irq }: Message<'interrupt'>): void {
    this.core.raise(irq);
    if (this.machine.state !== 'halted') return;
    this.machine.send('WAKE');
    this.bus.publish({ topic: 'vcpu-runnable', cpu, guest: this.guest });
  }

  private get cpu(): number {
    return this.core.state.hostCpu;
  }

  /** Publishes what has to happen next. */
  private perform(outcome: Outcome): void {
    if (!this.requests.publish(outcome)) this.leaveLoop(outcome);
  }

  private leaveLoop(outcome: Outcome): void {
    const { bus, cpu, guest, machine } = this;
    switch (outcome) {
      case Outcome.runnable:
        machine.send('READY');
        return bus.publish({ topic: 'vcpu-runnable', cpu, guest });
      case Outcome.reschedule:
        machine.send('READY');
        return bus.publish({ topic: 'reschedule', cpu, guest });
      case Outcome.halt:
        bus.publish({ topic: 'guest-halt', cpu, guest });
        return this.sleep();
      case Outcome.sleepOn:
        return this.sleep();
      case Outcome.free:
        machine.send('DIE');
        return bus.publish({ topic: 'free-pagetable', cpu, guest });
      case Outcome.closed:
        return this.announceDeath();
      default:
        throw new Error(`${machine.id}: outcome ${outcome} has no message`);
    }
  }

  private sleep(): void {
    this.machine.send('HALT');
    this.bus.publish({ topic: 'vcpu-halted', cpu: this.cpu, guest: this.guest });
  }

  private announceDeath(): void {
    const { bus, cpu, guest, core } = this;
    const reason = core.guest.reason ?? '';
    const powerOff = core.guest.end !== 'killed';
    bus.publish({ topic: 'guest-dead', cpu, guest, reason, powerOff });
  }

  private listener(): GuestListener {
    const { bus, guest } = this;
    return {
      killed: (reason) => bus.publish({ topic: 'guest-killed', cpu: this.cpu, guest, reason }),
      hypercall: (fromRing, words) => this.onHypercall(fromRing, words),
      guestTrap: (vector, errorCode, address) =>
        bus.publish({
          topic: 'guest-trap',
          cpu: this.cpu,
          guest,
          vector,
          errorCode,
          address,
          direct: false,
        }),
    };
  }

  private onHypercall(fromRing: boolean, words: Int32Array): void {
    const { cpu, guest } = this;
    const number = words[0]! >>> 0;
    const args = [words[1]! >>> 0, words[2]! >>> 0, words[3]! >>> 0, words[4]! >>> 0];
    this.hypercall.publish({ topic: 'hypercall', cpu, guest, number, fromRing, args });
    this.clock.advance(cpu, this.costs.hypercall);
  }
}
