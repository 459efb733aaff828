// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherLayout } from '@lguest-sim/abi';
import { FrameOwner, NO_FRAME, PAGE_SIZE, type HostMemory, type Pfn } from '@lguest-sim/x86';
import { fillStatePageConstants } from './state-page-constants.js';

/** Which frames the Switcher's pages are in. Their bytes are in the host memory's own snapshot. */
export interface SwitcherPagesSnapshot {
  /** Page number of the text page. */
  readonly text: Pfn;
  /** For each host CPU the page number of the page under its regs slot in the host. */
  readonly dummyRegisters: readonly Pfn[];
  /** For each host CPU the page number of its state page. */
  readonly states: readonly Pfn[];
}

/**
 * The Switcher's pages in host memory: one text page, and for each host CPU a dummy regs page and a
 * state page, in the order of the original's array (index 0; 1 + 2c; 2 + 2c). They are allocated
 * once, when the module is loaded, and never freed.
 *
 * Source: facts sheet, sections 1.1 and 3.
 */
export class SwitcherPages {
  /** Where the pages are mapped. */
  readonly layout: SwitcherLayout;
  private readonly host: HostMemory;
  private textFrame: Pfn;
  private readonly dummyFrames: Pfn[] = [];
  private readonly stateFrames: Pfn[] = [];

  /** @throws RangeError if the host has fewer free frames than `layout.totalPages` */
  constructor(options: { host: HostMemory; layout: SwitcherLayout }) {
    this.host = options.host;
    this.layout = options.layout;
    this.textFrame = this.allocate();
    for (let cpu = 0; cpu < this.layout.hostCpus; cpu++) {
      this.dummyFrames.push(this.allocate());
      this.stateFrames.push(this.allocate());
      fillStatePageConstants(this.pageView(this.stateFrames[cpu]!), this.layout, cpu);
    }
  }

  /** Page number of the text page, which every guest has mapped. */
  get text(): Pfn {
    return this.textFrame;
  }

  /**
   * Page number of a host CPU's state page: its IDT, GDT and TSS for the guest, and the host's CR3.
   * @throws RangeError if there is no such host CPU
   */
  state(cpu: number): Pfn {
    return frameOf(this.stateFrames, cpu);
  }

  /**
   * Page number of the page that is under the stack pointer for the few instructions of the host
   * between setting esp and loading the guest's CR3. No guest ever sees it.
   * @throws RangeError if there is no such host CPU
   */
  dummyRegisters(cpu: number): Pfn {
    return frameOf(this.dummyFrames, cpu);
  }

  /** Takes a zero-filled regs page for a new vCPU. Returns its page number, or `NO_FRAME`. */
  allocateRegisters(): Pfn {
    return this.host.allocate(FrameOwner.registers);
  }

  /** Gives a vCPU's regs page back, when its guest is closed. */
  freeRegisters(pfn: Pfn): void {
    this.host.disown(pfn);
  }

  /** Its state as plain data. */
  snapshot(): SwitcherPagesSnapshot {
    return {
      text: this.textFrame,
      dummyRegisters: [...this.dummyFrames],
      states: [...this.stateFrames],
    };
  }

  /**
   * Puts a snapshot back; the host memory's own snapshot has to be restored as well.
   * @throws RangeError if it is of a machine with another number of host CPUs
   */
  restore(snapshot: SwitcherPagesSnapshot): void {
    if (snapshot.states.length !== this.layout.hostCpus) {
      throw new RangeError(
        `snapshot of ${snapshot.states.length} host CPUs: expected ${this.layout.hostCpus}`,
      );
    }
    this.textFrame = snapshot.text;
    this.dummyFrames.splice(0, Infinity, ...snapshot.dummyRegisters);
    this.stateFrames.splice(0, Infinity, ...snapshot.states);
  }

  private allocate(): Pfn {
    const pfn = this.host.allocate(FrameOwner.switcher);
    if (pfn === NO_FRAME) {
      throw new RangeError(
        `host memory of ${this.host.frameCount} frames: no room for the ${this.layout.totalPages} Switcher pages`,
      );
    }
    return pfn;
  }

  private pageView(pfn: Pfn): DataView {
    return new DataView(this.host.buffer, pfn * PAGE_SIZE, PAGE_SIZE);
  }
}

function frameOf(frames: readonly Pfn[], cpu: number): Pfn {
  const pfn = frames[cpu];
  if (pfn === undefined)
    throw new RangeError(`host CPU ${cpu}: expected 0 to ${frames.length - 1}`);
  return pfn;
}
