// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_MASK, PAGE_SHIFT } from '@lguest-sim/x86';
import type { HostMemory, PagingFormat } from '@lguest-sim/x86';
import type { CostModel, VirtualClock } from '@lguest-sim/bus';
import type { CpuCounters } from './counters.js';
import { noCounts } from './counters.js';
import type { GuestCode } from './guest-code.js';
import { HitLoop } from './hit-loop.js';
import { PacketLoop } from './packet-loop.js';
import { Right } from './rights.js';
import { DEFAULT_TLB, Tlb } from './tlb.js';
import type { TlbShape } from './tlb.js';
import { PageWalker } from './walker.js';

/** What `Mmu.access` returns instead of a page address (those are multiples of 4096). */
export const FAULT = -1;

/** What became of a user access that way 0 did not answer. */
export const UserMiss = { fault: 0, hit: 1, filled: 2 } as const;
/** One of them. */
export type UserMiss = (typeof UserMiss)[keyof typeof UserMiss];

/** What an MMU is made from. */
export interface MmuOptions {
  /** Number of the host CPU, for its clock. */
  readonly number: number;
  /** Host physical memory, in which the tables are. */
  readonly host: HostMemory;
  /** Format of the tables that CR3 points to. */
  readonly format: PagingFormat;
  /** The clocks of all host CPUs, in cycles. */
  readonly clock: VirtualClock;
  /** What a walk and an access cost, in cycles. */
  readonly costs: CostModel;
  /** 64 entries in 4 ways with LRU by default; of a `PolicyTlb`, each MMU needs its own. */
  readonly tlb?: TlbShape | Tlb;
}

/** One host CPU's memory management unit: TLB in front of page walker, CR2 and CR3. */
export class Mmu {
  /** Host physical memory. */
  readonly host: HostMemory;
  /** The translation lookaside buffer. */
  readonly tlb: Tlb;
  /** What walks the tables when the TLB has no answer. */
  readonly walker: PageWalker;
  /** @internal What makes the accesses of processes that hit. */
  readonly hits: HitLoop;
  /** @internal The same for those that come in packets. */
  readonly packets: PacketLoop;
  /** What was counted so far. */
  readonly counters: CpuCounters = noCounts();
  /** Address of the last access that faulted, signed. */
  cr2 = 0;

  /** What things cost, in cycles. */
  readonly costs: CostModel;
  private readonly cpu: number;
  /** Clocks of all host CPUs, in cycles. */
  private readonly times: Float64Array;

  constructor(options: MmuOptions) {
    this.cpu = options.number;
    this.host = options.host;
    this.times = options.clock.now;
    this.costs = options.costs;
    const { tlb = DEFAULT_TLB } = options;
    this.tlb = tlb instanceof Tlb ? tlb : new Tlb(tlb);
    this.walker = new PageWalker(options.host, options.format);
    this.hits = new HitLoop(this.tlb, options.host);
    this.packets = new PacketLoop(this.hits, this.tlb, options.host);
  }

  /** Error code of the last access that faulted. */
  get errorCode(): number {
    return this.walker.errorCode;
  }

  /** Clock of this CPU, in cycles. */
  get now(): number {
    return this.times[this.cpu]!;
  }

  /** Lets cycles pass. */
  pass(cycles: number): void {
    this.times[this.cpu]! += cycles;
  }

  /** How many accesses that hit, of so many at most, can start before a time, in cycles. */
  accessesBefore(until: number, most: number): number {
    const left = until - this.now;
    // As a rule all can: that is seen without a division.
    if (left > (most - 1) * this.costs.access) return most;
    return left <= 0 ? 0 : Math.ceil(left / this.costs.access) | 0;
  }

  /**
   * Loads CR3 (host-physical) and so flushes the TLB: CR4.PGE is off, nothing survives.
   * @throws RangeError if it is outside host memory
   */
  loadCr3(hpa: number): void {
    this.walker.load(hpa);
    this.tlb.flush();
  }

  /**
   * Translates one access, by TLB or walk, with all its effects: recency, accessed and dirty bits,
   * cycles of a walk, CR2. Counts everything but the access itself.
   *
   * @param address guest-virtual, signed or unsigned
   * @param need one of `Need`
   * @returns host-physical address of the page, signed, or `FAULT`: see `cr2` and `errorCode`
   */
  access(address: number, need: number): number {
    const { tlb } = this;
    if (tlb.lookUp(address, need)) {
      this.counters.tlbHits++;
      return tlb.frames[tlb.slotOf(address)]!;
    }
    return this.walk(address, need) ? this.walker.frame : FAULT;
  }

  /**
   * Goes on with a user access for which way 0 of its set lacks something of `SeenNeed`. Afterwards,
   * unless it faulted, the entry is in way 0 and lacks nothing. The caller counts the hits.
   *
   * An entry that a kernel access filled does not count as seen by the process, and so does not
   * answer at first. That way the guest hears of every page that its process uses, and the look-up
   * remains the hit that it is.
   *
   * @param seenNeed one of `SeenNeed`
   */
  userMiss(address: number, seenNeed: number, code: GuestCode): UserMiss {
    const { tlb } = this;
    const slot = tlb.slotOf(address);
    const wanted = (address & PAGE_MASK) | seenNeed;
    if (tlb.promote(slot, wanted, PAGE_MASK | seenNeed)) return UserMiss.hit;
    const need = seenNeed & ~Right.seenByUser;
    let outcome: UserMiss = UserMiss.hit;
    if (!tlb.lookUp(address, need)) {
      if (!this.walk(address, need)) return UserMiss.fault;
      outcome = UserMiss.filled;
    }
    tlb.grant(slot, Right.seenByUser);
    code.pageFilled(address >>> PAGE_SHIFT);
    return outcome;
  }

  private walk(address: number, need: number): boolean {
    const { walker, counters } = this;
    counters.tlbMisses++;
    counters.pageWalks++;
    const allowed = walker.walk(address, need);
    this.pass(walker.reads * this.costs.walkLevel);
    if (allowed) {
      this.tlb.fill(address, walker.rights, walker.frame);
    } else {
      counters.pageFaults++;
      this.tlb.drop(address);
      this.cr2 = address | 0;
    }
    return allowed;
  }
}
