// SPDX-License-Identifier: GPL-2.0-or-later
import { HostMemory, type HostMemorySnapshot } from '@lguest-sim/x86';
import type { TraceHeader } from '../format/trace-header.js';

/** More tables than a guest can have (facts sheet, 9-20), and the pages around them. */
const FRAMES_BESIDE_GUEST = 8212 + 2048;

/** Frames that a guest page can be given in all, on average, before the host is full. */
const FRAMES_PER_GUEST_PAGE = 8;

/** No more than this beyond one frame for each guest page: a large guest has room as it is. */
const MOST_FURTHER_FRAMES = 2 ** 16;

const MOST_FRAMES = 2 ** 20;

/** Host memory for one replay after the other: making a new one for each trace costs more. */
export class HostPool {
  private host: HostMemory | undefined;
  private empty: HostMemorySnapshot | undefined;

  /** A fresh host memory, large enough for a trace. The one taken before must not be used any more. */
  take({ guestPages }: TraceHeader): HostMemory {
    const frames = frameCount(guestPages);
    if (this.host !== undefined && this.empty !== undefined && this.host.frameCount >= frames) {
      this.host.restore(this.empty);
      return this.host;
    }
    this.host = new HostMemory(frames);
    this.empty = this.host.snapshot();
    return this.host;
  }
}

function frameCount(guestPages: number): number {
  const further = Math.min(guestPages * (FRAMES_PER_GUEST_PAGE - 1), MOST_FURTHER_FRAMES);
  return Math.min(MOST_FRAMES, guestPages + further + FRAMES_BESIDE_GUEST);
}
