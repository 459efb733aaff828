// SPDX-License-Identifier: GPL-2.0-or-later
import { LauncherMemory, type LauncherMemoryOptions } from '@lguest-sim/launcher';
import { frameWord, hex, NO_FRAME, PAGE_SHIFT, PAGE_SIZE, type HostMemory } from '@lguest-sim/x86';

/** Guest memory that tells which of its words the host changed. The guest's own writes do not count. */
export class WatchedMemory extends LauncherMemory {
  private readonly hostMemory: HostMemory;
  /** What the words that the host wrote to held before, by guest-physical address. */
  private readonly before = new Map<number, number>();

  constructor(host: HostMemory, guestPages: number, options: LauncherMemoryOptions) {
    super(host, guestPages, options);
    this.hostMemory = host;
  }

  /** The host writes, as in `LauncherMemory`; the old value is remembered. */
  override write(gpa: number, bytes: number, low: number, high: number): boolean {
    const first = (gpa >>> 0) & ~3;
    for (let word = first >>> 0; word < (gpa >>> 0) + bytes; word += 4) {
      if (!this.before.has(word)) this.before.set(word, this.peek(word));
    }
    return super.write(gpa, bytes, low, high);
  }

  /**
   * The guest writes `bytes` bytes (4 or 8) at `gpa`.
   * @returns false, with nothing written, if a page cannot be written or lies outside
   */
  guestWrite(gpa: number, bytes: number, low: number, high: number): boolean {
    return super.write(gpa, bytes, low, high);
  }

  /** Words that the host changed since this was last asked: address and new value, ascending. */
  takeChanges(): (readonly [gpa: string, value: string])[] {
    if (this.before.size === 0) return [];
    const changed = [...this.before].filter(([gpa, value]) => this.peek(gpa) !== value);
    this.before.clear();
    return changed.sort(([a], [b]) => a - b).map(([gpa]) => [hex(gpa), hex(this.peek(gpa))]);
  }

  /** A word as it is, or 0 where there is none. */
  private peek(gpa: number): number {
    const frame = this.frameOf(gpa >>> PAGE_SHIFT);
    if (frame === NO_FRAME) return 0;
    return this.hostMemory.words[frameWord(frame) + ((gpa & (PAGE_SIZE - 1)) >> 2)]!;
  }
}
