// SPDX-License-Identifier: GPL-2.0-or-later
import { defaultCosts } from '@lguest-sim/bus';
import { AccessKind } from '@lguest-sim/trace';
import { pae } from '@lguest-sim/x86';
import { Right, noCounts } from '../../src/index.js';
import type { CpuCounters, TlbShape } from '../../src/index.js';
import { NaiveTlb } from './naive-tlb.js';
import type { NaiveEntry } from './naive-tlb.js';
import { referenceWalk } from './reference-walk.js';
import type { ReferenceAccess } from './reference-walk.js';
import type { TestAccess } from './scripted-code.js';
import type { TestMachine } from './test-machine.js';

const kinds = ['fetch', 'load', 'store'] as const;

/** What every access of a kind needs, the user right aside. */
const needs = [Right.executable, 0, Right.writable | Right.dirty];

/**
 * The hot loop once more, one access at a time and without a thought for speed: what a process's
 * accesses do to memory, TLB, counters and clock.
 */
export class ProcessModel {
  readonly bytes: Uint8Array;
  readonly counters: CpuCounters = noCounts();
  readonly filled: number[] = [];
  now: number;
  checksum = 0;
  token = 0;
  eip: number;
  cr2 = 0;
  errorCode = 0;
  position = 0;
  private readonly tlb: NaiveTlb;
  private readonly pae: boolean;
  private readonly cr3: number;
  private readonly latch: bigint[];

  /** Starts from the machine's memory, which it copies. */
  constructor(machine: TestMachine, shape: TlbShape, eip: number) {
    this.bytes = machine.host.bytes.slice();
    this.now = machine.now;
    this.tlb = new NaiveTlb(shape);
    this.pae = machine.format === pae;
    this.cr3 = machine.core.cr3;
    this.eip = eip;
    const view = new DataView(this.bytes.buffer, this.cr3, 32);
    this.latch = [0, 8, 16, 24].map((at) => view.getBigUint64(at, true));
  }

  /** Makes accesses until one faults, which returns false, or until the deadline. */
  run(accesses: readonly TestAccess[], until: number): boolean {
    for (; this.position < accesses.length && this.now < until; this.position++) {
      if (!this.make(accesses[this.position]!)) return false;
    }
    return true;
  }

  /** A kernel's load: leaves an entry behind that no user access has seen. */
  kernelLoad(vaddr: number): boolean {
    return this.translate({ vaddr, user: false, kind: 'load' }, 0) !== undefined;
  }

  private make(access: TestAccess): boolean {
    const { address: vaddr, kind } = access;
    const need = Right.user | needs[kind]!;
    const entry = this.translate({ vaddr, user: true, kind: kinds[kind]! }, need);
    if (entry === undefined) return false;
    if (!entry.seen) this.filled.push(entry.page);
    entry.seen = true;
    this.now += defaultCosts.access;
    this.counters.accesses++;
    const at = entry.frame + (vaddr % 4096);
    if (kind === AccessKind.fetch) this.fetch(access);
    else if (kind === AccessKind.load) this.load(at, access.size);
    else this.store(at, access.size);
    return true;
  }

  private translate(access: ReferenceAccess, need: number): NaiveEntry | undefined {
    const page = Math.floor(access.vaddr / 4096);
    const hit = this.tlb.lookUp(page, need);
    if (hit !== undefined) {
      this.counters.tlbHits++;
      return hit;
    }
    this.counters.tlbMisses++;
    this.counters.pageWalks++;
    const walk = referenceWalk(this.bytes, this.pae, this.cr3, this.latch, access);
    this.now += this.readsOf(access.vaddr) * defaultCosts.walkLevel;
    if (walk.fault) {
      this.counters.pageFaults++;
      this.cr2 = access.vaddr;
      this.errorCode = walk.errorCode;
      this.tlb.drop(page);
      return undefined;
    }
    const rights =
      (walk.writable ? Right.writable : 0) |
      (walk.user ? Right.user : 0) |
      (walk.executable ? Right.executable : 0) |
      (walk.dirty ? Right.dirty : 0);
    return this.tlb.fill(page, rights, walk.page);
  }

  /** Directory entry, and leaf entry if that one is present; the latched level costs nothing. */
  private readsOf(vaddr: number): number {
    const top = this.pae ? this.latch[Math.floor(vaddr / 2 ** 30)]! : BigInt(this.cr3 | 1);
    if ((top & 1n) === 0n) return 0;
    const table = Number((top >> 12n) & 0xfffffn) * 4096;
    const index = this.pae
      ? (Math.floor(vaddr / 2 ** 21) % 512) * 8
      : Math.floor(vaddr / 2 ** 22) * 4;
    return (this.bytes[table + index]! & 1) === 0 ? 1 : 2;
  }

  private fetch({ address, continuation = false }: TestAccess): void {
    this.counters.fetches++;
    if (!continuation) this.counters.instructions++;
    this.eip = address;
  }

  private load(at: number, size: number): void {
    this.counters.loads++;
    const view = new DataView(this.bytes.buffer, at, size);
    if (size === 4 && at % 4 === 0) this.mix(view.getInt32(0, true));
    else for (let i = 0; i < size; i++) this.mix(view.getUint8(i));
  }

  private mix(value: number): void {
    this.checksum = (Math.imul(this.checksum, 31) + value) | 0;
  }

  private store(at: number, size: number): void {
    this.counters.stores++;
    this.token++;
    for (let i = 0; i < size; i++) this.bytes[at + i] = this.token >>> (8 * (i % 4));
  }
}
