// SPDX-License-Identifier: GPL-2.0-or-later
import type { Message } from '@lguest-sim/bus';
import { FrameOwner, type Pfn } from '@lguest-sim/x86';
import { deathIsFinal, guestAssertions } from '../assertions/guests.js';
import { leafAssertions } from '../assertions/leaves.js';
import { changeAssertions } from '../assertions/messages.js';
import { newLeafAssertions } from '../assertions/new-leaves.js';
import { directoryFlags, switcherMappedIsTrue, switcherPath } from '../assertions/paths.js';
import { holdsAreLeaves, tableHangsOnce } from '../assertions/references.js';
import type {
  GuestMemoryOfAudit,
  GuestSubject,
  LeafSubject,
  RememberedSubject,
} from '../assertions/subjects.js';
import type { AuditedHost } from './audited.js';
import type { PageKinds } from './page-kind.js';
import type { TableMirror } from './table-mirror.js';
import { TableScan, type ScanListener } from './table-scan.js';
import type { Assertion, TableEntry } from './violation.js';

/** Takes what does not hold. */
export interface Judge {
  /** Holds an assertion against a subject, and notes the violation if there is one. */
  judge<Subject>(assertion: Assertion<Subject>, guest: number, subject: Subject): void;
}

/** What all guests' audits share. */
export interface SharedAudit {
  readonly host: AuditedHost;
  readonly kinds: PageKinds;
  readonly judge: Judge;
  /** Present leaves that map each host page, over all guests as they were last seen. */
  readonly counts: Int32Array;
  /** Shadow tables that hang somewhere, and in whose slots. */
  readonly tables: Map<Pfn, GuestAudit>;
}

/** A leaf as SET_PTE hands it over. */
type HandedOver = Pick<Message<'set-pte'>, 'address' | 'low' | 'high'>;

/** Holds one guest's tables against the contract, and remembers how they were. */
export class GuestAudit implements ScanListener {
  readonly subject: GuestSubject;
  readonly remembered: GuestMemoryOfAudit;
  private readonly shared: SharedAudit;
  private readonly number: number;
  private readonly scan: TableScan;
  private readonly mirrors: (TableMirror | undefined)[] = [];
  /** Pages whose leaves have changed since the last look, and pages that other words name. */
  private readonly touched = new Set<Pfn>();
  private handedOver: HandedOver[] = [];
  /** Message in whose course changes are seen; undefined if there may be several. */
  private message: Message | undefined;
  /** False while nothing is known yet, so that what is found is nobody's change. */
  private isKnown = true;

  constructor(number: number, shared: SharedAudit) {
    const { host, kinds } = shared;
    const guest = host.guests[number]!;
    this.number = number;
    this.shared = shared;
    this.subject = { host, kinds, number, guest };
    this.scan = new TableScan(host, this, shared.counts);
    this.remembered = {
      kernelAddress: 0,
      death: null,
      table: undefined,
      tables: 0,
      hasCalled: false,
      isStackPinned: false,
    };
  }

  /** The guest has handed over a leaf with SET_PTE. */
  handOver(message: Message<'set-pte'>): void {
    this.handedOver.push(message);
  }

  /**
   * Looks at all of the guest's tables.
   *
   * @param message in whose course all changes since the last look were made, if that is known
   * @param isKnown false if they are nobody's: the state was put back
   */
  look(message: Message | undefined, isKnown = true): void {
    this.message = message;
    this.isKnown = isKnown;
    this.forgetGone();
    for (const [index, slot] of this.subject.guest.slots.entries()) {
      if (slot.allocated) this.lookAtSlot(index, slot.topPfn);
    }
    this.handedOver = [];
    this.remember();
  }

  /**
   * Holds references against leaves: of pages whose leaves have changed, and of all that are mapped.
   * Not of pages that guests share: the tables of others may have changed since they were looked at.
   */
  lookAtHolds(): void {
    const { counts } = this.shared;
    const { holds, owners } = this.subject.host.memory;
    const look = (pfn: Pfn): void => {
      if (holds[pfn] === counts[pfn] || pfn >= counts.length) return;
      if (isShared(owners[pfn])) return;
      this.judgePage(pfn);
    };
    for (const pfn of this.touched) look(pfn);
    this.forgetTouched();
    for (const mirror of this.mirrors) if (mirror !== undefined) this.scan.eachPage(mirror, look);
  }

  /** Pages whose leaves have changed are looked at by somebody else. */
  forgetTouched(): void {
    this.touched.clear();
  }

  /** Holds what is said of the guest as a whole against what is there. */
  lookAtGuest(): void {
    const { judge } = this.shared;
    const subject: RememberedSubject = { ...this.subject, remembered: this.remembered };
    const { guest } = this.subject;
    judge.judge(deathIsFinal, this.number, subject);
    if (guest.death === null) {
      for (const assertion of guestAssertions) judge.judge(assertion, this.number, subject);
      for (const [index, slot] of guest.slots.entries()) {
        if (!slot.allocated) continue;
        const ofSlot = { ...this.subject, slot, index };
        judge.judge(switcherPath, this.number, ofSlot);
        judge.judge(switcherMappedIsTrue, this.number, ofSlot);
      }
    }
    this.remembered.kernelAddress ||= guest.kernelAddress;
    this.remembered.death = guest.death;
  }

  /** Another state was put back: the guest is what it is now, whatever it was before. */
  adopt(): void {
    const { slots, slot, linear, kernelAddress, death } = this.subject.guest;
    const { remembered } = this;
    remembered.table = linear ? undefined : slots[slot]!.gpgdir;
    remembered.kernelAddress = kernelAddress;
    remembered.death = death;
    remembered.hasCalled = false;
    remembered.isStackPinned = false;
    this.touched.clear();
  }

  leaf(entry: TableEntry, isChange: boolean): void {
    const { kinds, judge } = this.shared;
    const kind = kinds.kindOf(this.number, entry.low >>> 12);
    const subject: LeafSubject = { ...this.subject, entry, kind };
    for (const assertion of leafAssertions) judge.judge(assertion, this.number, subject);
    if (!isChange || !this.isKnown) return;
    const handedOver = this.handedOver.filter(
      ({ address }) => address >>> 12 === entry.address >>> 12,
    );
    const asNew = { ...subject, handedOver };
    for (const assertion of newLeafAssertions) judge.judge(assertion, this.number, asNew);
  }

  directory(entry: TableEntry, depth: number): void {
    this.shared.judge.judge(directoryFlags, this.number, { ...this.subject, entry, depth });
  }

  changed(entry: TableEntry, depth: number, before: number): void {
    if (depth === this.subject.host.format.levels.length - 1) {
      this.touched.add(before >>> 12).add(entry.low >>> 12);
    }
    const { message } = this;
    if (message === undefined || !this.isKnown) return;
    const subject = { ...this.subject, message, entry, depth };
    for (const assertion of changeAssertions) {
      this.shared.judge.judge(assertion, this.number, subject);
    }
  }

  tableTaken(entry: TableEntry): boolean {
    const { tables, judge } = this.shared;
    const pfn = entry.low >>> 12;
    // Another guest's may be known as it was at its last entry.
    tables.get(pfn)?.forgetGone();
    const isTaken = tables.has(pfn);
    const depth = 0;
    judge.judge(tableHangsOnce, this.number, { ...this.subject, entry, depth, isTaken });
    if (isTaken || this.subject.host.memory.owners[pfn] !== FrameOwner.shadowTable) return false;
    tables.set(pfn, this);
    return true;
  }

  tableLeft(pfn: Pfn): void {
    this.shared.tables.delete(pfn);
  }

  private lookAtSlot(index: number, topPfn: Pfn): void {
    if (this.mirrors[index] === undefined) {
      this.shared.tables.set(topPfn, this);
      this.mirrors[index] = this.scan.begin(index, topPfn);
    }
    this.scan.scan(this.mirrors[index]);
  }

  /** Lets go of all tables that do not hang where they did. */
  private forgetGone(): void {
    for (const [index, slot] of this.subject.guest.slots.entries()) {
      const known = this.mirrors[index];
      if (known === undefined) continue;
      if (slot.allocated && known.pfn === slot.topPfn) {
        this.scan.forgetGone(known);
      } else {
        this.scan.leave(known);
        this.mirrors[index] = undefined;
      }
    }
  }

  private remember(): void {
    this.remembered.tables = this.mirrors.reduce((sum, mirror) => sum + tablesIn(mirror), 0);
  }

  private judgePage(pfn: Pfn): void {
    const { host, kinds } = this.subject;
    const leaves = this.shared.counts[pfn]!;
    this.shared.judge.judge(holdsAreLeaves, this.number, { host, kinds, pfn, leaves });
  }
}

/** Pages of which other guests have leaves too. */
function isShared(owner: number | undefined): boolean {
  return owner === FrameOwner.zeroPage || owner === FrameOwner.switcher;
}

function tablesIn(mirror: TableMirror | undefined): number {
  if (mirror === undefined) return 0;
  let sum = 1;
  for (const below of mirror.below.values()) sum += tablesIn(below);
  return sum;
}
