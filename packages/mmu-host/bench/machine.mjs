// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, switcherLayout } from '@lguest-sim/abi';
import { FrameOwner, HostMemory, pagingFormats } from '@lguest-sim/x86';
import { ShadowMmu } from '@lguest-sim/mmu-host';
import { PrivateMemory } from './private-memory.mjs';

export const KERNEL = 0xc0000000;
export const USER = 0x08000000;
export const SPREAD = 0x10000000;
export const USER_PAGES = 1024;
export const SPREAD_PAGES = 64;
export const PROCESSES = 8;

const GUEST_PAGES = 4096;
const HOST_CPUS = 4;
const FIRST_USER_PAGE = 1024;
const FIRST_SPREAD_PAGE = 2048;
const FOUR_MIB = 1 << 22;
const TABLE_FLAGS = 0x67;
const KERNEL_FLAGS = 0x163;
const DATA_PAGE = 0x1000;
const switcherAddress = { 'two-level': 0xffc00000, pae: 0xffe00000 };

/** The machine of the native figures: one guest of 4096 pages, eight processes, four host CPUs. */
export class BenchMachine {
  constructor(formatName, fidelity, userFlags) {
    this.format = pagingFormats[formatName];
    this.host = new HostMemory(32768);
    this.memory = new PrivateMemory(this.host, GUEST_PAGES);
    this.nextTable = 2;
    this.userFlags = userFlags;
    this.mmu = this.makeMmu(formatName, fidelity);
    this.gpgdirs = this.makeProcesses();
    this.start();
  }

  makeMmu(formatName, fidelity) {
    const { host, memory } = this;
    const frames = Int32Array.from({ length: 2 + HOST_CPUS }, () =>
      host.allocate(FrameOwner.switcher),
    );
    let x = 1;
    return new ShadowMmu({
      host,
      format: this.format,
      layout: switcherLayout(HOST_CPUS, switcherAddress[formatName]),
      fidelity,
      vcpus: 1,
      memory,
      pages: memory,
      tables: {
        allocate: () => host.allocate(FrameOwner.shadowTable),
        free: (pfn) => host.disown(pfn),
      },
      switcher: { text: frames[0], registers: () => frames[1], state: (cpu) => frames[2 + cpu] },
      memBase: 0x20000000,
      random: () => {
        x = (Math.imul(x, 1664525) + 1013904223) | 0;
        return x >>> 16;
      },
      kill: (reason) => {
        throw new Error(`the benchmark's guest was killed: ${reason}`);
      },
    });
  }

  /** Eight top levels that share one kernel half. */
  makeProcesses() {
    const gpgdirs = Array.from({ length: PROCESSES }, () => this.takeTable());
    const [first] = gpgdirs;
    for (let page = 0; page < GUEST_PAGES; page++) {
      this.map(first, KERNEL + page * 4096, page, KERNEL_FLAGS);
    }
    const { shift, entries } = this.format.top;
    for (const gpgdir of gpgdirs.slice(1)) {
      for (let index = KERNEL >>> shift; index < entries; index++)
        this.copyTop(first, gpgdir, index);
    }
    for (const gpgdir of gpgdirs) this.mapUser(gpgdir);
    for (let i = 0; i < SPREAD_PAGES; i++) {
      this.map(first, SPREAD + i * FOUR_MIB, FIRST_SPREAD_PAGE + i, this.userFlags);
    }
    return gpgdirs;
  }

  mapUser(gpgdir) {
    for (let page = 0; page < USER_PAGES; page++) {
      this.map(gpgdir, USER + page * 4096, FIRST_USER_PAGE + page, this.userFlags);
    }
  }

  copyTop(from, to, index) {
    const { entryBytes } = this.format;
    this.memory.read(from + index * entryBytes, entryBytes);
    const { low, high } = this.memory;
    this.memory.write(to + index * entryBytes, entryBytes, low, high);
  }

  takeTable() {
    return this.nextTable++ * 4096;
  }

  /** Puts one leaf into a guest's tables, with what tables it takes. */
  map(gpgdir, vaddr, gpfn, flags) {
    const { entryBytes, levels } = this.format;
    let table = gpgdir;
    for (const level of levels) {
      const index = (vaddr >>> level.shift) & (level.entries - 1);
      const gpa = table + index * entryBytes;
      if (level === this.format.leaf) {
        this.memory.write(gpa, entryBytes, (gpfn << 12) | flags, 0);
        return;
      }
      this.memory.read(gpa, entryBytes);
      if ((this.memory.low & 1) === 0) {
        const tableFlags = level.hasRights ? TABLE_FLAGS : 1;
        this.memory.write(gpa, entryBytes, this.takeTable() | tableFlags, 0);
        this.memory.read(gpa, entryBytes);
      }
      table = this.memory.low & ~0xfff;
    }
  }

  start() {
    const { mmu, memory } = this;
    mmu.initGuestPagetable();
    memory.write(DATA_PAGE + GuestData.kernelAddress, 4, KERNEL | 0, 0);
    mmu.guestDataInit(0, DATA_PAGE);
    mmu.clearAll(0);
    mmu.newPagetable(0, this.gpgdirs[0]);
    mmu.setStack(0, 0xc0008000, 0x69, 2);
    mmu.mapSwitcher(0, 0);
  }

  /** Processes 0 to 3 get the four slots, with 512 kernel pages and all user pages faulted in. */
  prepareSlots() {
    const { mmu } = this;
    const wanted = this.gpgdirs.slice(0, 4);
    const missing = () =>
      wanted.filter((gpgdir) => !mmu.slots.some((s) => s.allocated && s.gpgdir === gpgdir));
    while (missing().length > 0) mmu.newPagetable(0, missing()[0]);
    for (const gpgdir of wanted) {
      mmu.newPagetable(0, gpgdir);
      for (let page = 0; page < 512; page++) this.fault(KERNEL + page * 4096, 2);
      for (let page = 0; page < USER_PAGES; page++) this.fault(USER + page * 4096, 6);
      mmu.mapSwitcher(0, 0);
    }
    mmu.newPagetable(0, wanted[0]);
  }

  fault(vaddr, errorCode) {
    if (!this.mmu.demandPage(0, vaddr, errorCode)) throw new Error(`fault at ${vaddr} not fixed`);
  }
}
