// SPDX-License-Identifier: GPL-2.0-or-later
import {
  Flag,
  FrameOwner,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGE_WORDS,
  frameWord,
  type Pfn,
} from '@lguest-sim/x86';
import type { ShadowMmuSnapshot } from '@lguest-sim/mmu-host';
import { STRIDE, arePairsEmpty } from './empty-words.js';
import type { SmallMachine } from './small-machine.js';
import { WordList } from './word-list.js';

/** Names of host pages in canonical form, apart from those that always have the same number. */
const GUEST_PAGE = 0x100;
const TABLE = 0x200;
const OTHER = 0x300;

/**
 * Reads a machine's state into words, in two forms.
 *
 * - **canonical**: two states have the same words if and only if they differ in nothing but which host
 *   pages are used for what. A table is named by when it is met, from the first slot's top on; a page of
 *   the guest's by its number there.
 * - **contents**: pairs of a word's place in host memory and its value, for all words that are not
 *   zero: enough to put the tables and the guest's memory back.
 *
 * Every word of every table in use is looked at, not just those that are known to be used: so a stray
 * entry makes another state.
 */
export class StateReader {
  readonly canonical = new WordList();
  readonly contents = new WordList();
  private readonly machine: SmallMachine;
  private readonly words: Int32Array;
  private readonly pairs: Float64Array;
  /** By host page, the name it was given, if `namedAt` says that it was in this reading. */
  private readonly names: Int32Array;
  private readonly namedAt: Int32Array;
  /** Guest-physical addresses of the words that the guest's tables are made of. */
  private readonly cells: readonly number[];
  private reading = 0;
  private tables = 0;
  private others = 0;

  constructor(machine: SmallMachine) {
    this.machine = machine;
    this.words = machine.host.words;
    this.pairs = new Float64Array(machine.host.buffer);
    const { entryBytes } = machine.format;
    this.cells = machine.places
      .cells()
      .flatMap(({ gpa }) => (entryBytes === 8 ? [gpa, gpa + 4] : [gpa]));
    this.names = new Int32Array(machine.host.frameCount);
    this.namedAt = new Int32Array(machine.host.frameCount);
  }

  /** Whether every table in use was met in the last reading. */
  get isComplete(): boolean {
    const { counters } = this.machine.mmu;
    return this.tables === counters.tablesAllocated - counters.tablesFreed;
  }

  /** Reads the present state; `canonical` and `contents` have it. */
  read(mmu: ShadowMmuSnapshot): void {
    const { canonical, contents, machine } = this;
    canonical.length = 0;
    contents.length = 0;
    this.reading++;
    this.tables = this.others = 0;
    canonical.push((machine.death === null ? 0 : 1) | (machine.isClosed ? 2 : 0));
    this.readGuestMemory();
    this.readShadow(mmu);
    this.readHolds();
  }

  /**
   * The guest's pages, and of their words the entries that the guest has: nothing is ever written to
   * others (`SavedState.findStray` sees to that).
   */
  private readGuestMemory(): void {
    const { memory } = this.machine;
    for (let page = 0; page < memory.pageLimit; page++) {
      const pfn = memory.frameOf(page);
      this.canonical.push(pfn < 0 ? -1 : -2);
      if (pfn >= 0) this.name(pfn, GUEST_PAGE + page);
    }
    for (const gpa of this.cells) {
      const pfn = memory.frameOf(gpa >>> PAGE_SHIFT);
      if (pfn < 0) continue;
      const word = frameWord(pfn) + ((gpa & (PAGE_SIZE - 1)) >> 2);
      this.canonical.push(this.words[word]!);
      if (this.words[word] !== 0) this.keep(word);
    }
  }

  private readShadow(mmu: ShadowMmuSnapshot): void {
    const { canonical } = this;
    canonical.push(mmu.stackPages);
    canonical.push(mmu.kernelAddress);
    for (const { slot, linear, started, esp, hasStack } of mmu.vcpus) {
      canonical.push(slot);
      canonical.push((linear ? 1 : 0) | (started ? 2 : 0) | (hasStack ? 4 : 0));
      canonical.push(esp);
    }
    for (const { topPfn, gpgdir, switcherMapped, lastHostCpu, lastVcpu } of mmu.slots) {
      canonical.push((topPfn === 0 ? 0 : 1) | (switcherMapped ? 2 : 0));
      canonical.push(gpgdir);
      canonical.push(lastHostCpu);
      canonical.push(lastVcpu);
      if (topPfn !== 0) this.readTable(topPfn, 0);
    }
    canonical.push(mmu.counters.tablesAllocated - mmu.counters.tablesFreed);
  }

  /** References and free pages: those that are nobody's, if they are held still, too. */
  private readHolds(): void {
    const { host, memory, firstFrame } = this.machine;
    for (let pfn = 1; pfn < firstFrame; pfn++) this.canonical.push(host.holds[pfn]!);
    for (let page = 0; page < memory.pageLimit; page++) {
      const pfn = memory.frameOf(page);
      this.canonical.push(pfn < 0 ? 0 : host.holds[pfn]!);
    }
    let sum = 0;
    for (let pfn = firstFrame; pfn < host.frameCount; pfn++) sum += host.holds[pfn]!;
    this.canonical.push(sum);
    this.canonical.push(host.used);
  }

  /** A table of the shadow's, and the tables below it where their entries are. */
  private readTable(pfn: Pfn, depth: number): void {
    const { words, pairs, machine } = this;
    this.name(pfn, TABLE + this.tables++);
    const first = frameWord(pfn);
    const end = first + PAGE_WORDS;
    const step = 1 << machine.format.entryWordShift;
    for (let word = first; word < end; word += STRIDE) {
      if (arePairsEmpty(pairs, word)) continue;
      for (let i = word; i < word + STRIDE; i += step) {
        if ((words[i]! | (step === 2 ? words[i + 1]! : 0)) !== 0) this.readEntry(first, i, depth);
      }
    }
    this.canonical.push(-1);
  }

  private readEntry(first: number, word: number, depth: number): void {
    const { machine, canonical } = this;
    const low = this.words[word]!;
    const { format, host } = machine;
    canonical.push(word - first);
    this.keep(word);
    if (format.entryWordShift === 1) {
      canonical.push(this.words[word + 1]!);
      if (this.words[word + 1] !== 0) this.keep(word + 1);
    }
    if ((low & Flag.present) === 0) {
      canonical.push(low);
      return;
    }
    const pfn = low >>> 12;
    const isDirectory = depth < format.levels.length - 1;
    const isNew = this.namedAt[pfn] !== this.reading;
    const descend = isDirectory && isNew && host.owners[pfn] === FrameOwner.shadowTable;
    if (descend) {
      canonical.push(low & 0xfff);
      this.readTable(pfn, depth + 1);
    } else {
      canonical.push((this.nameOf(pfn) << 12) | (low & 0xfff));
    }
  }

  private keep(word: number): void {
    this.contents.push(word);
    this.contents.push(this.words[word]!);
  }

  private name(pfn: Pfn, name: number): void {
    this.names[pfn] = name;
    this.namedAt[pfn] = this.reading;
  }

  private nameOf(pfn: Pfn): number {
    if (pfn < this.machine.firstFrame || pfn >= this.names.length) return pfn;
    if (this.namedAt[pfn] !== this.reading) this.name(pfn, OTHER + this.others++);
    return this.names[pfn]!;
  }
}
