// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner, hex, type Pfn } from '@lguest-sim/x86';
import type { AuditedGuest, AuditedHost } from './audited.js';

/** What a host page is to a guest. */
export type PageKind =
  /** Behind a page of this guest's memory: its own frame, or the zero page. */
  | 'guest'
  | 'zero'
  | 'text'
  | 'registers'
  | 'state'
  /** The Launcher has given it up, and a leaf holds it still. */
  | 'abandoned'
  /** Another guest's, the host kernel's, a shadow table, or no page at all. */
  | 'foreign';

/** Says what pages are, by owner and by the Launchers' own tables. */
export class PageKinds {
  private readonly host: AuditedHost;
  /** For each frame of a Launcher's: its guest and guest page, as `guest * 2^20 + page`; else -1. */
  private readonly homes: Float64Array;

  constructor(host: AuditedHost) {
    this.host = host;
    this.homes = new Float64Array(host.memory.frameCount).fill(-1);
  }

  /** Kind of a host page for a guest. */
  kindOf(guest: number, pfn: Pfn): PageKind {
    const { memory, text, guests } = this.host;
    switch (memory.owners[pfn]) {
      case FrameOwner.zeroPage:
        return 'zero';
      case FrameOwner.launcher:
        return this.guestPage(guest, pfn) < 0 ? 'foreign' : 'guest';
      case FrameOwner.switcher:
        if (pfn === text) return 'text';
        return this.cpuOf(pfn) < 0 ? 'foreign' : 'state';
      case FrameOwner.registers:
        return guests[guest]!.registersFrame === pfn ? 'registers' : 'foreign';
      case FrameOwner.none:
        return memory.holds[pfn]! > 0 ? 'abandoned' : 'foreign';
      default:
        return 'foreign';
    }
  }

  /** What a page is, for messages. */
  describe(pfn: Pfn): string {
    const { memory } = this.host;
    if (pfn >= memory.frameCount) return `page ${hex(pfn)}, outside host memory`;
    const name = Object.entries(FrameOwner).find(([, owner]) => owner === memory.owners[pfn]);
    const guest = this.guestOf(pfn);
    return `page ${hex(pfn)} (${name?.[0] ?? 'unknown'}${guest < 0 ? '' : ` of guest ${guest}`})`;
  }

  /** Host CPU whose state page it is, or -1. */
  cpuOf(pfn: Pfn): number {
    return this.host.cpus.findIndex((_, cpu) => this.host.state(cpu) === pfn);
  }

  /** Page of the guest's memory that a frame is behind, or -1. */
  guestPage(guest: number, pfn: Pfn): number {
    const owner = this.host.guests[guest]!;
    const known = this.homes[pfn]! - guest * 2 ** 20;
    if (known >= 0 && known < 2 ** 20 && owner.memory.frameOf(known) === pfn) return known;
    this.find(guest, owner);
    const found = this.homes[pfn]! - guest * 2 ** 20;
    return found >= 0 && found < 2 ** 20 && owner.memory.frameOf(found) === pfn ? found : -1;
  }

  /** A frame was given to a guest's page; to be told of each spares a search. */
  given(guest: number, gpfn: number, pfn: Pfn): void {
    this.homes[pfn] = guest * 2 ** 20 + gpfn;
  }

  private find(guest: number, { memory }: AuditedGuest): void {
    for (let gpfn = 0; gpfn < memory.pageLimit; gpfn++) {
      const pfn = memory.frameOf(gpfn);
      if (pfn > 0) this.given(guest, gpfn, pfn);
    }
  }

  private guestOf(pfn: Pfn): number {
    return this.homes[pfn]! < 0 ? -1 : Math.floor(this.homes[pfn]! / 2 ** 20);
  }
}
