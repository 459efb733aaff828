// SPDX-License-Identifier: GPL-2.0-or-later
import type { TablePages } from '@lguest-sim/mmu-host';
import { FrameOwner, NO_FRAME, type HostMemory, type Pfn } from '@lguest-sim/x86';

/** Pages for shadow tables, of which the host gives no more than a limit. */
export class LimitedTables implements TablePages {
  /** Pages that may be in use; none are handed out while as many or more are. */
  limit: number | null;
  /** Pages in use now. */
  inUse = 0;
  private readonly host: HostMemory;

  constructor(host: HostMemory, limit: number | null) {
    this.host = host;
    this.limit = limit;
  }

  /** A zero-filled page, or `NO_FRAME` at the limit. */
  allocate(): Pfn {
    if (this.limit !== null && this.inUse >= this.limit) return NO_FRAME;
    const pfn = this.host.allocate(FrameOwner.shadowTable);
    if (pfn !== NO_FRAME) this.inUse++;
    return pfn;
  }

  free(pfn: Pfn): void {
    this.inUse--;
    this.host.disown(pfn);
  }
}
