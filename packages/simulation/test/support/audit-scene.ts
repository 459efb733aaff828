// SPDX-License-Identifier: GPL-2.0-or-later
import type { Auditor, Violation } from '@lguest-sim/audit';
import type { Message } from '@lguest-sim/bus';
import {
  frameWord,
  indexAt,
  type GuestPhysical,
  type GuestVirtual,
  type HostMemory,
} from '@lguest-sim/x86';
import type { GuestMachine } from '../../src/guest-machine.js';
import type { HostMachine } from '../../src/host-machine.js';
import type { RunAudit } from '../../src/run-audit.js';
import { Simulation } from '../../src/simulation.js';
import { small, wanderingTrace } from '../support.js';

/** Accesses after which the scene's run stands still: processes have pages of both guests by then. */
const ACCESSES = 6000;

/** A page that the scene's processes touch early. */
const USER_PAGES = { first: 0x08048000, count: 60 };

/** A machine that stands still in the middle of a run, to be damaged and audited. */
export class AuditScene {
  readonly host: HostMachine;
  readonly guests: readonly GuestMachine[];
  readonly auditor: Auditor;
  /** A host CPU that is in a guest, and which. */
  readonly cpu: number;
  readonly number: number;
  private readonly simulation: Simulation;

  private constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.host = simulation['host'] as HostMachine;
    this.guests = simulation['guests'] as readonly GuestMachine[];
    this.auditor = (simulation['audit'] as RunAudit).auditor;
    this.cpu = this.host.cpus.findIndex(({ state }) => state === 'guest');
    this.number = this.host.cpus[this.cpu]!.guest;
  }

  /** Two guests on two host CPUs, audited up to here without a finding. */
  static async set(paging: 'two-level' | 'pae' = 'two-level'): Promise<AuditScene> {
    const config = { ...small, cpus: 2, guests: 2, audit: 'every', paging, slice: 20_000 } as const;
    const simulation = new Simulation(config, [
      wanderingTrace('a', 60_000, USER_PAGES.count),
      wanderingTrace('b', 60_000, USER_PAGES.count),
    ]);
    const signal = {
      get aborted(): boolean {
        return simulation.progress.accesses >= ACCESSES;
      },
    };
    await simulation.run({ signal });
    return new AuditScene(simulation);
  }

  async close(): Promise<void> {
    await this.simulation.close();
  }

  get memory(): HostMemory {
    return this.host.memory;
  }

  get words(): Int32Array {
    return this.host.memory.words;
  }

  get guest(): GuestMachine {
    return this.guests[this.number]!;
  }

  get other(): GuestMachine {
    return this.guests[1 - this.number]!;
  }

  /** Top table that the guest is on. */
  get top(): number {
    const { mmu } = this.guest;
    return mmu.slots[mmu.vcpu(0).slot]!.topPfn;
  }

  /** Place in host memory of the current table's entry for an address, at a depth from the top. */
  entry(address: GuestVirtual, depth = this.host.format.levels.length - 1): number {
    const { levels, entryWordShift } = this.host.format;
    let table = this.top;
    for (let at = 0; ; at++) {
      const word = frameWord(table) + (indexAt(levels[at]!, address) << entryWordShift);
      if (at === depth) return word;
      table = this.words[word]! >>> 12;
    }
  }

  /** A page of the process that the guest has mapped. */
  get userPage(): GuestVirtual {
    for (let page = 0; page < USER_PAGES.count; page++) {
      const address = USER_PAGES.first + page * 4096;
      const isThere = (this.words[this.entry(address, 0)]! & 1) !== 0;
      if (isThere && (this.words[this.entry(address)]! & 3) === 3) return address;
    }
    throw new Error('no page of the process is mapped');
  }

  /** A page of the guest kernel's stack. */
  get stackPage(): GuestVirtual {
    return this.guest.mmu.vcpu(0).esp - 1;
  }

  /** Where the guest's own leaf for an address is in its memory. */
  guestLeafAt(address: GuestVirtual): GuestPhysical {
    const { mmu, memory } = this.guest;
    const { levels, leaf, entryBytes } = this.host.format;
    let table = mmu.slots[mmu.vcpu(0).slot]!.gpgdir;
    for (const level of levels) {
      const at = table + indexAt(level, address) * entryBytes;
      if (level === leaf) return at;
      table = memory.readWord(at) & ~0xfff;
    }
    return 0;
  }

  /** Lets the audit see a message that is about to be handled. */
  before(message: Message): void {
    this.auditor.before({ sequence: 9999, time: 0, message });
  }

  /** Lets it see one that was handled. */
  after(message: Message): void {
    this.auditor.after({ sequence: 9999, time: 0, message });
  }

  /** Lets the guest be on the way in. */
  enter(disturb: () => void = () => undefined): void {
    const { cpu, number: guest } = this;
    this.before({ topic: 'map-switcher', cpu, guest });
    disturb();
    this.before({ topic: 'enter-guest', cpu, guest, cr3: this.top * 4096 });
  }

  /** What is found now. */
  get violations(): readonly Violation[] {
    return this.auditor.violations;
  }
}
