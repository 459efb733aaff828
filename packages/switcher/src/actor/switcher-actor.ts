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
import type { WorldSwitch, WorldSwitchSnapshot } from '../core/world-switch.js';
import { switcherMachine } from '../machine/switcher-machine.js';

/** A Switcher actor as plain data. */
export interface SwitcherSnapshot {
  /** Name of its machine’s state. */
  readonly state: string;
  /** The world switch’s own. */
  readonly core: WorldSwitchSnapshot;
}

/**
 * The Switcher on one host CPU: answers `trap` with `guest-exit` and `enter-guest` with
 * `guest-entered`, and charges the world switch's cost each way.
 */
export class SwitcherActor {
  private readonly guestExit: Publisher<'guest-exit'>;
  private readonly guestEntered: Publisher<'guest-entered'>;
  private readonly clock: VirtualClock;
  private readonly costs: CostModel;
  private readonly core: WorldSwitch;
  private readonly machine: MachineInstance;
  private readonly exiting: EventSender;
  private readonly entering: EventSender;
  private readonly subscriptions: readonly Subscription[];

  // Called for every fault: as fields they need no function around them.
  private readonly onTrap = ({ cpu, guest, vector, errorCode, address }: Message<'trap'>): void => {
    this.exiting.send();
    this.core.exit();
    this.clock.advance(cpu, this.costs.worldSwitch);
    this.guestExit.publish({
      topic: 'guest-exit',
      cpu,
      guest,
      trapNumber: vector,
      errorCode,
      address,
    });
  };

  private readonly onEnter = ({ cpu, guest, cr3 }: Message<'enter-guest'>): void => {
    this.entering.send();
    this.core.enter(cr3);
    this.clock.advance(cpu, this.costs.worldSwitch);
    this.guestEntered.publish({ topic: 'guest-entered', cpu, guest });
  };

  constructor(options: {
    bus: Bus;
    clock: VirtualClock;
    costs: CostModel;
    /** Number of the host CPU. */
    cpu: number;
    core: WorldSwitch;
    inspect?: MachineInspector;
  }) {
    const { bus, cpu } = options;
    this.guestExit = bus.publisher('guest-exit');
    this.guestEntered = bus.publisher('guest-entered');
    this.clock = options.clock;
    this.costs = options.costs;
    this.core = options.core;
    this.machine = new MachineInstance(`switcher ${cpu}`, switcherMachine, options.inspect);
    this.exiting = this.machine.sender('EXIT');
    this.entering = this.machine.sender('ENTER');
    this.subscriptions = [
      bus.handle('trap', cpu, this.onTrap),
      bus.handle('enter-guest', cpu, this.onEnter),
    ];
  }

  /** Name of the machine's state: `inHost` or `inGuest`. */
  get state(): string {
    return this.machine.state;
  }

  /** Ends all subscriptions. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** Its state as plain data. */
  snapshot(): SwitcherSnapshot {
    return { state: this.machine.state, core: this.core.snapshot() };
  }

  /**
   * Puts back what `snapshot` returned.
   * @throws RangeError if the snapshot names a state that does not exist
   */
  restore(snapshot: SwitcherSnapshot): void {
    this.machine.restore(snapshot.state);
    this.core.restore(snapshot.core);
  }
}
