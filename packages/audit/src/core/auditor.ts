// SPDX-License-Identifier: GPL-2.0-or-later
import { routes, type Envelope, type Message } from '@lguest-sim/bus';
import {
  deadNotEntered,
  entryIsUndisturbed,
  stackIsPinned,
  stackIsWritable,
  tlbFollowsTables,
} from '../assertions/guests.js';
import { fixedFaultIsFixed, messageAssertions } from '../assertions/messages.js';
import { onlyThisCpuMapped } from '../assertions/paths.js';
import { holdsAreLeaves } from '../assertions/references.js';
import { ringsAreKept, statePageIsTheVcpus } from '../assertions/state-pages.js';
import type { EntrySubject } from '../assertions/subjects.js';
import type { AuditedHost } from './audited.js';
import { GuestAudit } from './guest-audit.js';
import { PageKinds } from './page-kind.js';
import type { Assertion, MessagePlace, Violation } from './violation.js';

/** When the contract is held against the machine. */
export type AuditMode = 'off' | 'entry' | 'every';

/** Every `AuditMode`. */
export const auditModes: readonly AuditMode[] = ['off', 'entry', 'every'];

/** What has to hold when a guest is about to be entered. */
const entryAssertions: readonly Assertion<EntrySubject>[] = [
  deadNotEntered,
  onlyThisCpuMapped,
  entryIsUndisturbed,
  ringsAreKept,
  statePageIsTheVcpus,
  stackIsWritable,
];

/** How to audit. */
export interface AuditorOptions {
  /** `messages` holds each message against what it has to satisfy, and looks at no table as a whole. */
  readonly mode: Exclude<AuditMode, 'off'> | 'messages';
  /** Names of assertions that need not hold: those that a guest can break for itself alone. */
  readonly tolerated?: ReadonlySet<string>;
}

/**
 * What a message says of the guest's stack: the shadow MMU has pinned it, or may have been told to let
 * go of it (facts sheet, 5.5; docs/defects.md, R11); undefined if neither.
 */
function isStackPinned(message: Message): boolean | undefined {
  switch (message.topic) {
    case 'set-stack':
    case 'new-pagetable':
    case 'set-pmd':
      return true;
    case 'flush-tlb':
      return message.kernel;
    case 'set-pte':
    case 'set-pgd':
    // A guest may have changed its entry of a stack page, which a fault there then finds.
    case 'demand-page':
      return false;
    default:
      return undefined;
  }
}

/**
 * Holds the contract (facts sheet, section 9) against a machine while it runs. It looks at the bytes
 * of tables and state pages, whoever wrote them, and changes nothing.
 *
 * With `entry` it looks whenever a guest is about to be entered, at that guest; with `every` after
 * each message, at the guest that the message is about.
 */
export class Auditor {
  /** What did not hold, in the order in which it was found. */
  readonly violations: Violation[] = [];
  /** Looks at a guest so far. */
  looks = 0;
  private readonly host: AuditedHost;
  private readonly kinds: PageKinds;
  private readonly isEvery: boolean;
  private readonly looksAtTables: boolean;
  private readonly tolerated: ReadonlySet<string>;
  private readonly counts: Int32Array;
  private readonly guests: readonly GuestAudit[];
  private readonly mapped: (EntrySubject['mapped'] | undefined)[] = [];
  private readonly faults: (Message<'demand-page'> | undefined)[] = [];
  private cause: MessagePlace | undefined;

  constructor(host: AuditedHost, { mode, tolerated = new Set() }: AuditorOptions) {
    this.host = host;
    this.isEvery = mode === 'every';
    this.looksAtTables = mode !== 'messages';
    this.tolerated = tolerated;
    this.kinds = new PageKinds(host);
    this.counts = new Int32Array(host.memory.frameCount);
    const { kinds, counts } = this;
    const shared = { host, kinds, counts, judge: this, tables: new Map<number, GuestAudit>() };
    this.guests = host.guests.map((_, guest) => new GuestAudit(guest, shared));
  }

  /** A frame was given to a page of a guest's. */
  frameGiven(guest: number, gpfn: number, pfn: number): void {
    this.kinds.given(guest, gpfn, pfn);
  }

  /** A message is about to be handled. */
  before({ message, sequence }: Envelope): void {
    this.cause = { topic: message.topic, sequence };
    const { guest } = message;
    if (guest < 0) return;
    switch (message.topic) {
      case 'set-pte':
        if (this.looksAtTables) this.guests[guest]!.handOver(message);
        return;
      case 'demand-page':
        this.faults[guest] = message;
        return;
      case 'map-switcher':
        this.mapped[guest] = { cpu: message.cpu, used: this.host.memory.used };
        return;
      case 'guest-exit':
        this.guests[guest]!.remembered.hasCalled = false;
        return;
      case 'shadow-done':
        return this.beforeAnswer(message);
      case 'guest-trap':
        return this.judgeMessage(message);
      case 'hypercall':
        this.judgeMessage(message);
        this.guests[guest]!.remembered.hasCalled ||= !message.fromRing;
        return;
      case 'enter-guest':
        return this.beforeEntry(message);
      default:
    }
  }

  /** The message has been handled. */
  after({ message }: Envelope): void {
    const { guest, topic } = message;
    if (guest < 0) return;
    if (topic === 'set-pgd') this.judgeMessage(message);
    this.noteStack(message);
    if (topic === 'new-pagetable') this.guests[guest]!.remembered.table = message.gpgdir;
    if (topic === 'guest-closed' && this.looksAtTables) this.lookAtAllHolds();
    // An announcement has no handler: nothing has happened since the message before it.
    if (!this.isEvery || routes[topic] === 'watch') return;
    this.lookAt(guest, message);
    this.lookAtCpus(guest);
  }

  /** The run is at its end, or stops for a while: looks at everything. */
  finish(): void {
    this.cause = undefined;
    for (const guest of this.guests.keys()) this.lookAt(guest, undefined);
    this.lookAtAllHolds();
  }

  /** Another state was put back: what is there now is what later changes are held against. */
  adopt(): void {
    this.cause = undefined;
    for (const [number, guest] of this.guests.entries()) {
      guest.look(undefined, false);
      guest.adopt();
      this.mapped[number] = undefined;
      this.faults[number] = undefined;
    }
  }

  /** @internal Holds an assertion against a subject, and notes the violation if there is one. */
  judge<Subject>(assertion: Assertion<Subject>, guest: number, subject: Subject): void {
    if (this.tolerated.has(assertion.name)) return;
    const problem = assertion.check(subject);
    if (problem === undefined) return;
    const { name, contract } = assertion;
    this.violations.push({ assertion: name, contract, guest, cause: this.cause, ...problem });
  }

  private beforeAnswer(message: Message<'shadow-done'>): void {
    const { guest } = message;
    const fault = this.faults[guest];
    this.faults[guest] = undefined;
    const audit = this.guests[guest]!;
    if (fault === undefined || !message.fixed || this.host.guests[guest]!.death !== null) return;
    const subject = { ...audit.subject, remembered: audit.remembered, message, fault };
    this.judge(fixedFaultIsFixed, guest, subject);
  }

  private beforeEntry({ cpu, guest }: Message<'enter-guest'>): void {
    if (!this.isEvery && this.looksAtTables) this.lookAt(guest, undefined);
    const mapped = this.mapped[guest];
    this.mapped[guest] = undefined;
    const subject: EntrySubject = { ...this.guests[guest]!.subject, cpu, mapped };
    for (const assertion of entryAssertions) this.judge(assertion, guest, subject);
    if (this.guests[guest]!.remembered.isStackPinned) this.judge(stackIsPinned, guest, subject);
  }

  private noteStack(message: Message): void {
    const isPinned = isStackPinned(message);
    if (isPinned !== undefined) {
      this.guests[message.guest]!.remembered.isStackPinned = isPinned;
    }
  }

  private judgeMessage(message: Message): void {
    const { subject, remembered } = this.guests[message.guest]!;
    const about = { ...subject, remembered, message };
    for (const assertion of messageAssertions) this.judge(assertion, message.guest, about);
  }

  private lookAt(guest: number, message: Message | undefined): void {
    this.looks++;
    const audit = this.guests[guest]!;
    audit.look(message);
    // All tables are known as they are now, so all pages can be looked at, which is quicker too.
    if (this.isEvery) {
      audit.forgetTouched();
      this.lookAtHolds(guest);
    } else {
      audit.lookAtHolds();
    }
    audit.lookAtGuest();
  }

  private lookAtCpus(guest: number): void {
    const { subject } = this.guests[guest]!;
    for (const [cpuNumber, cpu] of this.host.cpus.entries()) {
      if (!cpu.inGuest || cpu.guest !== guest) continue;
      this.judge(tlbFollowsTables, guest, { ...subject, cpu, cpuNumber });
    }
  }

  /** All tables are known: every page is held as often as they map it. */
  private lookAtAllHolds(): void {
    if (!this.isEvery) for (const audit of this.guests) audit.look(undefined);
    this.lookAtHolds(-1);
  }

  /** @param guest in whose look a violation is found, or -1 */
  private lookAtHolds(guest: number): void {
    const { host, kinds, counts } = this;
    const { holds, everUsed } = host.memory;
    for (let pfn = 0; pfn < everUsed; pfn++) {
      if (holds[pfn] === counts[pfn]) continue;
      this.judge(holdsAreLeaves, guest, { host, kinds, pfn, leaves: counts[pfn]! });
    }
  }
}
