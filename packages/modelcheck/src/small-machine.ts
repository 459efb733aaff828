// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, switcherLayout, type SwitcherLayout } from '@lguest-sim/abi';
import type { Message } from '@lguest-sim/bus';
import { PageWalker } from '@lguest-sim/cpu';
import { LauncherMemory } from '@lguest-sim/launcher';
import { ShadowMmu, type TablePages } from '@lguest-sim/mmu-host';
import { SwitcherPages } from '@lguest-sim/switcher';
import {
  FrameOwner,
  HostMemory,
  pagingFormats,
  type PagingFormat,
  type Pfn,
} from '@lguest-sim/x86';
import { ChosenSlot } from './chosen-slot.js';
import type { ModelOptions } from './model-options.js';
import { KERNEL, Places } from './places.js';

/** Tables that one slot can get, with the addresses that the guest uses. */
const TABLES_PER_SLOT = 12;
/** Where the guest's data page is while the machine is set up; it is all zeros again afterwards. */
const DATA = 0x800;
const MEM_BASE = 0x30001000;

/** Is told of requests to the shadow MMU, before and after each. */
export interface RequestListener {
  before(message: Message): void;
  after(message: Message): void;
}

/**
 * A machine of one guest with one vCPU, made of the real parts and without a bus: the shadow MMU,
 * the Launcher's memory, the Switcher's pages, host memory, and a CPU's page walker.
 *
 * What it can do is one operation at a time, each from a guest's instruction or a host's decision to
 * the end of what the host does about it.
 */
export class SmallMachine {
  readonly format: PagingFormat;
  readonly layout: SwitcherLayout;
  readonly places: Places;
  readonly host: HostMemory;
  readonly switcherPages: SwitcherPages;
  readonly registersFrame: Pfn;
  readonly memory: LauncherMemory;
  readonly mmu: ShadowMmu;
  readonly eviction = new ChosenSlot();
  readonly walker: PageWalker;
  /** First host page that is not the Switcher's or the host's for good. */
  readonly firstFrame: Pfn;
  /** Host pages that have changed hands since somebody last emptied the list. */
  readonly changedHands: Pfn[] = [];
  /** Why the guest is dead, or null. */
  death: string | null = null;
  isClosed = false;
  /** Is told of requests. */
  listener: RequestListener | undefined;

  constructor({ fidelity, paging, slots, cpus, pages, frames }: ModelOptions) {
    this.format = pagingFormats[paging];
    this.layout = switcherLayout(cpus);
    this.places = new Places(this.format, this.layout);
    // Frame 0 and the zero page, the Switcher's, a regs page: those that stay whose they are.
    this.firstFrame = 2 + this.layout.totalPages + 1;
    const own = frames ?? pages + slots * TABLES_PER_SLOT;
    this.host = new HostMemory(this.firstFrame + own);
    this.switcherPages = new SwitcherPages({ host: this.host, layout: this.layout });
    this.registersFrame = this.switcherPages.allocateRegisters();
    this.memory = new LauncherMemory(this.host, pages, {
      frameGiven: (_, pfn) => this.changedHands.push(pfn),
    });
    this.walker = new PageWalker(this.host, this.format);
    this.mmu = this.makeMmu(fidelity, slots);
    this.useEveryFrame();
    this.boot();
  }

  /** Does what a message asks of the shadow MMU, and tells the listener. */
  request(message: Message, work: () => void): void {
    this.listener?.before(message);
    work();
    this.listener?.after(message);
  }

  /** The guest dies, if it has not yet. */
  kill(reason: string): void {
    this.death ??= reason;
  }

  private makeMmu(fidelity: ModelOptions['fidelity'], slots: number): ShadowMmu {
    const { host, format, layout, memory, switcherPages: pages } = this;
    return new ShadowMmu({
      host,
      format,
      layout,
      fidelity,
      vcpus: 1,
      memory,
      pages: memory,
      tables: this.tables(),
      switcher: {
        text: pages.text,
        state: (cpu) => pages.state(cpu),
        registers: () => this.registersFrame,
      },
      memBase: MEM_BASE,
      random: () => 0,
      kill: (reason) => this.kill(reason),
      slots,
      eviction: this.eviction,
    });
  }

  private tables(): TablePages {
    const { host, changedHands } = this;
    return {
      allocate: () => {
        const pfn = host.allocate(FrameOwner.shadowTable);
        if (pfn >= 0) changedHands.push(pfn);
        return pfn;
      },
      free: (pfn) => {
        changedHands.push(pfn);
        host.disown(pfn);
      },
    };
  }

  /** Takes every page there is once and gives it back: from now on all are either in use or free. */
  private useEveryFrame(): void {
    const taken: Pfn[] = [];
    for (;;) {
      const pfn = this.host.allocate(FrameOwner.reserved);
      if (pfn < 0) break;
      taken.push(pfn);
    }
    for (const pfn of taken.reverse()) this.host.disown(pfn);
  }

  /** What a Launcher and LGUEST_INIT do: the guest has told where its kernel is, and has no tables. */
  private boot(): void {
    const { memory, mmu } = this;
    // Tables are written by the guest, so these pages have frames of their own.
    memory.setState(0, this.places.dataPage, 'private');
    mmu.initGuestPagetable();
    memory.writeWord(DATA + GuestData.kernelAddress, KERNEL);
    mmu.guestDataInit(0, DATA);
    memory.writeWord(DATA + GuestData.kernelAddress, 0);
    memory.writeWord(DATA + GuestData.reserveMem, 0);
    if (this.death !== null) {
      throw new RangeError(`the small machine does not boot: ${this.death}`);
    }
  }
}
