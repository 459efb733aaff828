// SPDX-License-Identifier: GPL-2.0-or-later
import type { LauncherMemory } from '@lguest-sim/launcher';
import type { HostMemory } from '@lguest-sim/x86';
import type { MachineFault, PagesFault } from './injection.js';

/** Lets faults happen to host memory and to Launchers' pages. */
export class FaultInjector {
  private readonly host: HostMemory;
  private readonly memories: readonly LauncherMemory[];

  /** @param memories of each guest */
  constructor(host: HostMemory, memories: readonly LauncherMemory[]) {
    this.host = host;
    this.memories = memories;
  }

  /** A fault happens now. Pages that a guest does not have are left out. */
  strike(fault: MachineFault): void {
    if (fault.kind === 'frames') {
      this.host.limit = Math.min(this.host.limit, this.host.used + fault.frames);
    } else {
      this.strikePages(fault, this.memories[fault.guest]!);
    }
  }

  private strikePages({ kind, first, last }: PagesFault, memory: LauncherMemory): void {
    const count = Math.min(last + 1, memory.pageLimit) - first;
    if (count <= 0) return;
    if (kind === 'fail-once') memory.failOnce(first, count);
    else memory.setState(first, count, kind === 'vanish' ? 'hole' : 'readonly');
  }
}
