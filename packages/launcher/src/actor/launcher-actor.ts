// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bus, Message } from '@lguest-sim/bus';
import type { Subscription } from 'rxjs';
import type { LauncherMemory } from '../core/launcher-memory.js';

/** What a Launcher's actor is made of. */
export interface LauncherActorOptions {
  /** The bus that it is joined to. */
  readonly bus: Bus;
  /** Number of the guest that this Launcher owns. */
  readonly guest: number;
  /** The guest's memory. */
  readonly memory: LauncherMemory;
  /** Where the guest's kernel starts: a guest-physical address in bytes. */
  readonly start: number;
}

/**
 * The Launcher on the bus. Started by the host scheduler it hands the guest to the hypervisor
 * (facts sheet, 1.2 and 1.3); told that the guest is dead it gives the memory back and goes.
 *
 * It has no states to speak of, so it has no machine.
 */
export class LauncherActor {
  private readonly options: LauncherActorOptions;
  private readonly subscriptions: readonly Subscription[];

  constructor(options: LauncherActorOptions) {
    this.options = options;
    const { bus, guest } = options;
    this.subscriptions = [
      bus.handle('start-launcher', guest, (message) => this.start(message)),
      bus.handle('guest-dead', guest, (message) => this.end(message)),
    ];
  }

  /** Leaves the bus. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private start({ cpu }: Message<'start-launcher'>): void {
    const { bus, guest, memory, start } = this.options;
    bus.publish({ topic: 'initialize', cpu, guest, pages: memory.pageLimit, start });
  }

  private end({ cpu, reason, powerOff }: Message<'guest-dead'>): void {
    const { bus, guest, memory } = this.options;
    memory.close();
    bus.publish({ topic: 'guest-closed', cpu, guest, reason, powerOff });
  }
}
