// SPDX-License-Identifier: GPL-2.0-or-later
import type { Message } from '@lguest-sim/bus';
import type { AuditedCpu, AuditedGuest, AuditedHost, AuditedSlot } from '../core/audited.js';
import type { PageKind, PageKinds } from '../core/page-kind.js';
import type { TableEntry } from '../core/violation.js';

/** What all assertions about one guest can look at. */
export interface GuestSubject {
  readonly host: AuditedHost;
  readonly kinds: PageKinds;
  /** Number of the guest. */
  readonly number: number;
  readonly guest: AuditedGuest;
}

/** A present leaf of a shadow table. */
export interface LeafSubject extends GuestSubject {
  readonly entry: TableEntry;
  readonly kind: PageKind;
}

/** A leaf that has just been set: what the guest says of its page is what it was made of. */
export interface NewLeafSubject extends LeafSubject {
  /** Leaves that the guest has handed over with SET_PTE for this page since the last look. */
  readonly handedOver: readonly { readonly low: number; readonly high: number }[];
}

/** A present entry of a directory. */
export interface DirectorySubject extends GuestSubject {
  readonly entry: TableEntry;
  readonly depth: number;
}

/** A slot that has tables. */
export interface SlotSubject extends GuestSubject {
  readonly slot: AuditedSlot;
  readonly index: number;
}

/** A host page and what the tables say of it. */
export interface PageSubject {
  readonly host: AuditedHost;
  readonly kinds: PageKinds;
  readonly pfn: number;
  /** Present leaves that map it. */
  readonly leaves: number;
}

/** A guest that is about to be entered. */
export interface EntrySubject extends GuestSubject {
  readonly cpu: number;
  /** What `map-switcher` found: the host CPU, and frames in use. Undefined if there was none. */
  readonly mapped: { readonly cpu: number; readonly used: number } | undefined;
}

/** A host CPU in a guest. */
export interface CpuSubject extends GuestSubject {
  readonly cpu: AuditedCpu;
  readonly cpuNumber: number;
}

/** What the audit remembers of a guest, between messages. */
export interface GuestMemoryOfAudit {
  /** Address of its kernel, once it has said so. */
  kernelAddress: number;
  /** Why it died, once it has. */
  death: string | null;
  /** Argument of its last NEW_PGTABLE that was carried out. */
  table: number | undefined;
  /** Shadow tables reached from its slots. */
  tables: number;
  /** Whether, since its last exit, a hypercall was carried out that was not the ring's. */
  hasCalled: boolean;
  /** Whether the stack was pinned, and the guest has done nothing since that may have undone it. */
  isStackPinned: boolean;
}

/** A guest, and what was remembered of it. */
export interface RememberedSubject extends GuestSubject {
  readonly remembered: Readonly<GuestMemoryOfAudit>;
}

/** A message that the shadow MMU or somebody else has just handled, or is about to. */
export interface MessageSubject extends RememberedSubject {
  readonly message: Message;
}

/** A change of an entry in the course of one message. */
export interface ChangeSubject extends GuestSubject {
  readonly message: Message;
  readonly entry: TableEntry;
  readonly depth: number;
}
