// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance, type Bus, type MachineInspector } from '@lguest-sim/bus';
import { Subscription } from 'rxjs';
import type { KernelEvent } from '../core/kernel.js';
import {
  guestKernelMachine,
  type GuestKernelMachineEvent,
} from '../machine/guest-kernel-machine.js';

/** What the actor needs of the core. */
export interface KernelEventSource {
  /** What happened since the last call, in order. */
  takeEvents(): readonly KernelEvent[];
}

/** What a guest kernel’s actor is made from. */
export interface GuestKernelActorOptions {
  /** The bus that it is joined to. */
  readonly bus: Bus;
  /** Number of the guest. */
  readonly guest: number;
  /** The guest kernel, or what runs in its place. */
  readonly core: KernelEventSource;
  /** Is told of each change of its machine’s state. */
  readonly inspect?: MachineInspector;
}

/**
 * Joins a guest kernel to the bus: keeps its machine in step with what the CPU and the hypervisor
 * report, and announces what happened in the core.
 *
 * The core runs on the hardware plane and does not know on which host CPU. So what happened there is
 * announced with the next message that arrives, which does.
 */
export class GuestKernelActor {
  readonly #options: GuestKernelActorOptions;
  readonly #machine: MachineInstance;
  readonly #subscriptions = new Subscription();

  constructor(options: GuestKernelActorOptions) {
    this.#options = options;
    this.#machine = new MachineInstance(
      `guest kernel ${options.guest}`,
      guestKernelMachine,
      options.inspect,
    );
    this.#on('guest-trap', 'TRAP');
    this.#on('guest-return', 'RETURN');
    this.#on('guest-halt', 'HALT');
    this.#on('guest-dead', 'DIE');
  }

  /** booting, kernel, user, halted, panicked or off; also the actor's snapshot. */
  get state(): string {
    return this.#machine.state;
  }

  /**
   * Puts back a state that `state` returned.
   * @throws RangeError for a state that the machine does not have
   */
  restore(state: string): void {
    this.#machine.restore(state);
  }

  /** Leaves the bus. */
  stop(): void {
    this.#subscriptions.unsubscribe();
  }

  #on(
    topic: 'guest-trap' | 'guest-return' | 'guest-halt' | 'guest-dead',
    event: GuestKernelMachineEvent['type'],
  ): void {
    const { bus, guest } = this.#options;
    const sender = this.#machine.sender(event);
    this.#subscriptions.add(
      bus.handle(topic, guest, ({ cpu }) => {
        for (const happened of this.#options.core.takeEvents()) this.#announce(happened, cpu);
        sender.send();
      }),
    );
  }

  #announce(happened: KernelEvent, cpu: number): void {
    const { bus, guest } = this.#options;
    switch (happened.kind) {
      case 'booted':
        this.#machine.send('BOOTED');
        break;
      case 'panicked':
        this.#machine.send('PANIC');
        break;
      case 'process-started': {
        const { process, parent, pid } = happened;
        bus.publish({ topic: 'process-started', cpu, guest, process, parent, pid });
        break;
      }
      case 'process-ended': {
        const { process, exit } = happened;
        bus.publish({ topic: 'process-ended', cpu, guest, process, exit });
        break;
      }
    }
  }
}
