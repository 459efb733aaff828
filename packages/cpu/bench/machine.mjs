// SPDX-License-Identifier: GPL-2.0-or-later
import { REGISTER_WORDS, Register, Selector, StatePage, Tss } from '@lguest-sim/abi';
import { registersAddress, stateAddress, switcherLayout } from '@lguest-sim/abi';
import { VirtualClock, defaultCosts } from '@lguest-sim/bus';
import { CpuCore } from '@lguest-sim/cpu';
import { AccessBatch } from '@lguest-sim/trace';
import {
  Flag,
  FrameOwner,
  HostMemory,
  InstructionQueue,
  frameWord,
  twoLevel,
} from '@lguest-sim/x86';

const RIGHTS = Flag.present | Flag.writable | Flag.user;

/** One host CPU under two-level tables made by hand, with the Switcher's two pages mapped. */
export class BenchMachine {
  constructor(frames = 1024) {
    this.host = new HostMemory(frames);
    this.top = this.host.allocate(FrameOwner.shadowTable);
    this.layout = switcherLayout(1);
    this.clock = new VirtualClock(1);
    this.core = new CpuCore({
      number: 0,
      host: this.host,
      format: twoLevel,
      layout: this.layout,
      clock: this.clock,
      costs: defaultCosts,
    });
    this.state = this.map(stateAddress(this.layout, 0), Flag.present);
    this.regs = this.map(registersAddress(this.layout, 0), Flag.present | Flag.writable);
    this.fillStatePage();
    this.core.loadCr3(this.top << 12);
  }

  /** Maps a virtual page to a frame, by default a new one; returns the frame. */
  map(vaddr, rights = RIGHTS, frame = this.host.allocate(FrameOwner.launcher)) {
    const { words } = this.host;
    const at = frameWord(this.top) + (vaddr >>> 22);
    if (words[at] === 0) {
      words[at] = (this.host.allocate(FrameOwner.shadowTable) << 12) | RIGHTS;
    }
    words[frameWord(words[at] >>> 12) + ((vaddr >>> 12) & 1023)] = (frame << 12) | rights;
    return frame;
  }

  /** Goes back to user mode, as the Switcher does. */
  enter(code) {
    const { core } = this;
    core.loadCr3(this.top << 12);
    for (let i = 0; i < REGISTER_WORDS; i++) core.registers[i] = 0;
    core.registers[Register.cs] = Selector.userCode;
    core.registers[Register.ss] = Selector.userData;
    core.enter(code);
  }

  fillStatePage() {
    const state = frameWord(this.state);
    const { words } = this.host;
    const tss = state + StatePage.guestTss / 4;
    words[tss + Tss.sp0 / 4] = registersAddress(this.layout, 0) + 4096;
    words[tss + Tss.ss0 / 4] = Selector.lguestData;
    for (let vector = 0; vector < 256; vector++) {
      const gate = state + StatePage.guestIdt / 4 + 2 * vector;
      words[gate] = (Selector.lguestCode << 16) | vector;
      words[gate + 1] = 0x8e00;
    }
  }
}

/** A process that makes the same batch again and again. */
export class LoopingCode {
  instructions = new InstructionQueue();
  checksum = 0;
  storeToken = 0;
  pages = 0;

  constructor(batch) {
    this.accesses = batch;
  }
  resume() {}
  advance() {
    return false;
  }
  atLimit() {
    return 'starved';
  }
  pageFilled() {
    this.pages++;
  }
}

/** A batch of the given accesses: triples of address, kind and size. */
export function batchOf(accesses) {
  const batch = new AccessBatch(Math.max(4, accesses.length));
  for (const [address, kind, size] of accesses) {
    batch.addresses[batch.length] = address;
    batch.info[batch.length++] = (size << 3) | kind;
  }
  return batch;
}
