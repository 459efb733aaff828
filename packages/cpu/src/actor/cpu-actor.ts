// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance } from '@lguest-sim/bus';
import type { Bus, EventSender, MachineInspector, Publisher } from '@lguest-sim/bus';
import { Subscription } from 'rxjs';
import type { CpuCore, CpuCoreSnapshot } from '../core/cpu-core.js';
import type { DeliverableExit } from '../core/exit.js';
import type { GuestCode } from '../core/guest-code.js';
import { hostCpuMachine } from '../machine/host-cpu-machine.js';
import type { HostCpuState } from '../machine/host-cpu-machine.js';

/** `CpuActor.guest` when no guest was entered yet. */
export const NO_GUEST = -1;

/** What a host CPU's actor is made from. */
export interface CpuActorOptions {
  /** The bus that it is joined to. */
  readonly bus: Bus;
  /** The host CPU itself. */
  readonly core: CpuCore;
  /** What a guest, by number, executes. */
  readonly codeOf: (guest: number) => GuestCode;
  /** Is told of each change of its machine’s state. */
  readonly inspect?: MachineInspector;
}

/** A host CPU's actor as plain data. */
export interface CpuActorSnapshot {
  /** Name of its machine’s state. */
  readonly state: string;
  /** Number of the guest that it is in, or -1. */
  readonly guest: number;
  /** The exit that is still to be delivered. */
  readonly pending: DeliverableExit | null;
  /** The host CPU’s own. */
  readonly core: CpuCoreSnapshot;
}

/**
 * Joins a host CPU to the bus. The Switcher's `guest-entered` lets it execute a guest; whoever keeps
 * the clocks of all CPUs in step calls `run`, and what stopped the guest becomes a message.
 */
export class CpuActor {
  /** The host CPU itself. */
  readonly core: CpuCore;
  private readonly trap: Publisher<'trap'>;
  private readonly guestTrap: Publisher<'guest-trap'>;
  private readonly guestReturn: Publisher<'guest-return'>;
  private readonly codeOf: (guest: number) => GuestCode;
  private readonly machine: MachineInstance;
  private readonly entering: EventSender;
  private readonly trapping: EventSender;
  private readonly subscription = new Subscription();
  private entered = NO_GUEST;
  /** The exit that the CPU stands at, until it is delivered. */
  private pending: DeliverableExit | undefined;

  /** The CPU comes up at once, in the host. */
  constructor({ bus, core, codeOf, inspect }: CpuActorOptions) {
    this.trap = bus.publisher('trap');
    this.guestTrap = bus.publisher('guest-trap');
    this.guestReturn = bus.publisher('guest-return');
    this.core = core;
    this.codeOf = codeOf;
    this.machine = new MachineInstance(`cpu ${core.number}`, hostCpuMachine, inspect);
    this.entering = this.machine.sender('ENTER');
    this.trapping = this.machine.sender('TRAP');
    const { subscription, machine } = this;
    subscription.add(bus.handle('guest-entered', core.number, ({ guest }) => this.enter(guest)));
    subscription.add(bus.handle('cpu-idle', core.number, () => machine.send('IDLE')));
    subscription.add(bus.handle('cpu-wake', core.number, () => machine.send('WAKE')));
    subscription.add(bus.handle('cpu-offline', core.number, () => machine.send('OFFLINE')));
    subscription.add(bus.handle('cpu-online', core.number, () => this.comeOnline()));
    machine.send('ONLINE');
  }

  /** Its machine’s state: offline, host, guest or halted. */
  get state(): HostCpuState {
    return this.machine.state as HostCpuState;
  }

  /** Number of the guest that runs, or ran last; `NO_GUEST` before the first. */
  get guest(): number {
    return this.entered;
  }

  /**
   * Executes the guest until something needs the host, or the clock reaches `until` (cycles). What it
   * was is told by `deliver`, so that whoever keeps the clocks in step can let CPUs that are behind
   * come first.
   *
   * @param vector of the host's interrupt at that time; that of its timer unless given
   * @returns 'starved' for a process that waits for its trace: nothing to deliver, call again
   * @throws Error if the CPU is not in a guest or stands at an exit; whatever `CpuCore.run` throws
   */
  run(until: number, vector?: number): 'exit' | 'starved' {
    if (this.state !== 'guest' || this.pending !== undefined) {
      const at = this.pending === undefined ? `in state ${this.state}` : `at ${this.pending}`;
      throw new Error(`${this.machine.id}: run ${at}, expected to be in a guest`);
    }
    const exit = this.core.run(until, vector);
    if (exit === 'starved') return exit;
    this.pending = exit;
    return 'exit';
  }

  /**
   * Publishes what `run` stopped at: `trap`, `guest-trap` for a trap that stays in the guest,
   * `guest-return` for an `iret` to a process.
   *
   * @throws Error if there is nothing to deliver; whatever the handlers throw
   */
  deliver(): void {
    const exit = this.pending;
    if (exit === undefined) throw new Error(`${this.machine.id}: no exit to deliver`);
    this.pending = undefined;
    this.announce(exit);
  }

  /** Whether the CPU stands at an exit that is not delivered yet. */
  get atExit(): boolean {
    return this.pending !== undefined;
  }

  /** Takes no more messages. */
  stop(): void {
    this.subscription.unsubscribe();
  }

  /** Its state as plain data. */
  snapshot(): CpuActorSnapshot {
    return {
      state: this.state,
      guest: this.entered,
      pending: this.pending ?? null,
      core: this.core.snapshot(),
    };
  }

  /** Puts a snapshot back. */
  restore(snapshot: CpuActorSnapshot): void {
    this.machine.restore(snapshot.state);
    this.entered = snapshot.guest;
    this.pending = snapshot.pending ?? undefined;
    const code = snapshot.guest === NO_GUEST ? undefined : this.codeOf(snapshot.guest);
    this.core.restore(snapshot.core, code);
  }

  /** Nothing that the CPU had cached has outlived its being offline. */
  private comeOnline(): void {
    this.machine.send('ONLINE');
    this.core.mmu.tlb.flush();
  }

  private enter(guest: number): void {
    this.entering.send();
    this.entered = guest;
    this.core.enter(this.codeOf(guest));
  }

  private announce(exit: DeliverableExit): void {
    const { core, entered: guest } = this;
    const cpu = core.number;
    const { exitVector: vector, exitErrorCode: errorCode, exitAddress: address } = core;
    switch (exit) {
      case 'trap':
        this.trapping.send();
        this.trap.publish({ topic: 'trap', cpu, guest, vector, errorCode, address });
        break;
      case 'direct-trap':
        this.guestTrap.publish({
          topic: 'guest-trap',
          cpu,
          guest,
          vector,
          errorCode,
          address,
          direct: true,
        });
        break;
      case 'returned':
        this.guestReturn.publish({ topic: 'guest-return', cpu, guest });
        break;
    }
  }
}
