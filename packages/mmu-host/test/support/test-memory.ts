// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner, NO_FRAME, type HostMemory, type Pfn } from '@lguest-sim/x86';
import type { GuestMemory, LauncherPages } from '../../src/index.js';

const UNTOUCHED = 0;
const HOLE = -1;

/** Guest memory as a Launcher backs it: untouched until written, with holes and read-only pages. */
export class TestMemory implements GuestMemory, LauncherPages {
  low = 0;
  high = 0;
  readonly pageLimit: number;
  /** Frames that were got for writing. */
  readonly gotForWriting = new Set<Pfn>();
  private readonly host: HostMemory;
  private readonly frames: number[];
  private readonly readOnly = new Set<number>();

  constructor(host: HostMemory, pages: number) {
    this.host = host;
    this.pageLimit = pages;
    this.frames = new Array<number>(pages).fill(UNTOUCHED);
  }

  read(gpa: number, bytes: number): boolean {
    this.low = this.high = 0;
    if (!this.allows(gpa >>> 0, bytes, false)) return false;
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < bytes; i++) view.setUint8(i, this.byte((gpa >>> 0) + i));
    this.low = view.getInt32(0, true);
    this.high = view.getInt32(4, true);
    return true;
  }

  write(gpa: number, bytes: number, low: number, high: number): boolean {
    if (!this.allows(gpa >>> 0, bytes, true)) return false;
    const view = new DataView(new ArrayBuffer(8));
    view.setInt32(0, low, true);
    view.setInt32(4, high, true);
    for (let i = 0; i < bytes; i++) {
      const at = (gpa >>> 0) + i;
      this.host.bytes[this.ownFrame(at >>> 12) * 4096 + (at & 0xfff)] = view.getUint8(i);
    }
    return true;
  }

  pin(gpfn: number, write: boolean): Pfn {
    if (this.frames[gpfn] === HOLE || (write && this.readOnly.has(gpfn))) return -1;
    const frame = write ? this.ownFrame(gpfn) : this.frames[gpfn] || this.host.zeroPage;
    if (write) this.gotForWriting.add(frame);
    this.host.hold(frame);
    return frame;
  }

  /** Host page number of a guest page's own frame, or `NO_FRAME`. */
  frameOf(gpfn: number): Pfn {
    const frame = this.frames[gpfn]!;
    return frame > UNTOUCHED ? frame : NO_FRAME;
  }

  makeHole(gpfn: number): void {
    this.abandon(gpfn, HOLE);
  }

  makeReadOnly(gpfn: number): void {
    if (this.frames[gpfn] === HOLE) this.frames[gpfn] = UNTOUCHED;
    this.readOnly.add(gpfn);
  }

  makeAnonymous(gpfn: number): void {
    this.abandon(gpfn, UNTOUCHED);
    this.readOnly.delete(gpfn);
  }

  private abandon(gpfn: number, state: number): void {
    const frame = this.frameOf(gpfn);
    this.frames[gpfn] = state;
    if (frame === NO_FRAME) return;
    this.gotForWriting.delete(frame);
    this.host.disown(frame);
  }

  private allows(gpa: number, bytes: number, write: boolean): boolean {
    if (gpa + bytes > this.pageLimit * 4096) return false;
    return [gpa >>> 12, (gpa + bytes - 1) >>> 12].every(
      (page) => this.frames[page] !== HOLE && !(write && this.readOnly.has(page)),
    );
  }

  private byte(gpa: number): number {
    const frame = this.frameOf(gpa >>> 12);
    return frame === NO_FRAME ? 0 : this.host.bytes[frame * 4096 + (gpa & 0xfff)]!;
  }

  private ownFrame(gpfn: number): Pfn {
    if (this.frames[gpfn] === UNTOUCHED) {
      this.frames[gpfn] = this.host.allocate(FrameOwner.launcher);
    }
    return this.frames[gpfn]!;
  }
}
