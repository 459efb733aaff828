// SPDX-License-Identifier: GPL-2.0-or-later
import type { ShadowMmuSnapshot } from '@lguest-sim/mmu-host';
import { PAGE_WORDS, frameWord, type HostFrames } from '@lguest-sim/x86';
import { STRIDE, isEmpty } from './empty-words.js';
import type { SmallMachine } from './small-machine.js';
import type { WordList } from './word-list.js';

/** What a state of the machine is packed into: words, of which most are the contents of tables. */
export type PackedState = Int32Array;

/** Bits of a packed frame that are its owner; the others are its holds. */
const OWNER_BITS = 4;

/** Packs the state that the machine is in, whose contents were read last. */
export function packState(
  machine: SmallMachine,
  mmu: ShadowMmuSnapshot,
  contents: WordList,
  into: WordList,
): void {
  into.length = 0;
  const { unused, free, owners, holds } = machine.host.frames();
  into.push(unused);
  into.push(free.length);
  for (const pfn of free) into.push(pfn);
  for (let pfn = 0; pfn < unused; pfn++) into.push((holds[pfn]! << OWNER_BITS) | owners[pfn]!);
  for (const frame of machine.memory.snapshot().backing) into.push(frame);
  packMmu(mmu, into);
  for (let i = 0; i < contents.length; i++) into.push(contents.words[i]!);
}

function packMmu(mmu: ShadowMmuSnapshot, into: WordList): void {
  into.push(mmu.stackPages);
  into.push(mmu.kernelAddress);
  into.push(mmu.counters.tablesAllocated - mmu.counters.tablesFreed);
  for (const slot of mmu.slots) {
    into.push(slot.topPfn);
    into.push(slot.gpgdir);
    into.push(slot.switcherMapped ? 1 : 0);
    into.push(slot.lastHostCpu);
    into.push(slot.lastVcpu);
  }
  for (const { slot, linear, started, esp, hasStack } of mmu.vcpus) {
    into.push(slot);
    into.push((linear ? 1 : 0) | (started ? 2 : 0) | (hasStack ? 4 : 0));
    into.push(esp);
  }
}

/**
 * A state that the machine can be put into again and again: to go on from it with one operation after
 * the other. What has changed since is known word by word, so that little has to be wiped.
 */
export class SavedState {
  private readonly machine: SmallMachine;
  /** Counters as they were at first: a state has those only that it is audited for. */
  private readonly counters: ShadowMmuSnapshot['counters'];
  private readonly writable: Uint8Array;
  private frames!: HostFrames;
  private backing!: Int32Array;
  private mmu!: ShadowMmuSnapshot;
  private contents: PackedState = new Int32Array(0);

  constructor(machine: SmallMachine) {
    this.machine = machine;
    this.counters = machine.mmu.snapshot().counters;
    this.writable = machine.memory.snapshot().writable;
  }

  /** Takes a state out of its words, and puts the machine into it, out of the one before. */
  load(packed: PackedState): void {
    const { machine } = this;
    const left = this.contents;
    const [unused = 0, freeCount = 0] = packed;
    let at = 2;
    const free = packed.slice(at, (at += freeCount));
    const owners = new Uint8Array(unused);
    const holds = new Int32Array(unused);
    for (let pfn = 0; pfn < unused; pfn++) {
      const frame = packed[at++]!;
      owners[pfn] = frame & ((1 << OWNER_BITS) - 1);
      holds[pfn] = frame >> OWNER_BITS;
    }
    const { limit } = machine.host;
    this.frames = { unused, limit, free, owners, holds };
    this.backing = packed.slice(at, (at += machine.memory.pageLimit));
    this.mmu = this.unpackMmu(packed, at);
    at += 3 + 5 * this.mmu.slots.length + 3 * this.mmu.vcpus.length;
    this.contents = packed.subarray(at);
    this.restore({ words: left, length: left.length });
  }

  /**
   * Puts the machine into the state.
   *
   * @param present what was read of the machine's state as it is now; if nothing was, or not all of it
   *   could be, whatever is in memory is wiped
   */
  restore(present?: Pick<WordList, 'words' | 'length'>): void {
    const { machine, contents } = this;
    const { host, memory } = machine;
    if (present === undefined) this.wipeAll();
    else this.wipe(present);
    for (let i = 0; i < contents.length; i += 2) host.words[contents[i]!] = contents[i + 1]!;
    machine.changedHands.length = 0;
    host.restoreFrames(this.frames);
    memory.restore({ backing: this.backing, writable: this.writable });
    machine.mmu.restore(this.mmu);
    machine.death = null;
    machine.isClosed = false;
  }

  /**
   * A word of host memory that is not as the state has it, or -1; asked right after `restore`. There
   * is none unless an operation wrote to a page that was nobody's to write.
   *
   * @param untouched the words of the pages that stay as they are
   */
  findStray(untouched: Int32Array): number {
    const { host, firstFrame } = this.machine;
    const first = frameWord(firstFrame);
    for (let word = 0; word < first; word++) if (host.words[word] !== untouched[word]) return word;
    let expected = this.contents.length / 2;
    for (let word = first; word < host.words.length; word += STRIDE) {
      if (isEmpty(host.words, word)) continue;
      for (let i = word; i < word + STRIDE; i++) {
        if (host.words[i] !== 0 && --expected < 0) return i;
      }
    }
    return -1;
  }

  private wipeAll(): void {
    const { host, firstFrame } = this.machine;
    host.words.fill(0, frameWord(firstFrame));
  }

  /** Wipes the words that were read, and the pages that were somebody's for a while. */
  private wipe({ words, length }: Pick<WordList, 'words' | 'length'>): void {
    const { host, changedHands } = this.machine;
    for (let i = 0; i < length; i += 2) host.words[words[i]!] = 0;
    for (const pfn of changedHands) {
      host.words.fill(0, pfn * PAGE_WORDS, (pfn + 1) * PAGE_WORDS);
    }
  }

  private unpackMmu(packed: PackedState, start: number): ShadowMmuSnapshot {
    const view = this.machine.mmu;
    let at = start;
    const [stackPages = 0, kernelAddress = 0, tables = 0] = packed.subarray(at, at + 3);
    at += 3;
    const slots = view.slots.map(() => {
      const [topPfn = 0, gpgdir = 0, mapped = 0, lastHostCpu = 0, lastVcpu = 0] = packed.subarray(
        at,
        (at += 5),
      );
      return { topPfn, gpgdir, switcherMapped: mapped === 1, lastHostCpu, lastVcpu };
    });
    const [slot = 0, bits = 0, esp = 0] = packed.subarray(at, at + 3);
    const [linear, started, hasStack] = [(bits & 1) !== 0, (bits & 2) !== 0, (bits & 4) !== 0];
    const counters = { ...this.counters, tablesAllocated: tables, tablesFreed: 0 };
    const vcpus = [{ slot, linear, started, esp, hasStack }];
    return { slots, vcpus, stackPages, kernelAddress, counters };
  }
}
