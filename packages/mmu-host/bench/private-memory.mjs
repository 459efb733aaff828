// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner, frameWord } from '@lguest-sim/x86';

/**
 * The benchmark's guest memory: every page is private and has its frame from the start. Fits what
 * the shadow MMU asks of guest memory and of the Launcher's pages.
 */
export class PrivateMemory {
  low = 0;
  high = 0;

  constructor(host, pages) {
    this.host = host;
    this.words = host.words;
    this.pageLimit = pages;
    this.frames = new Int32Array(pages);
    for (let page = 0; page < pages; page++) this.frames[page] = host.allocate(FrameOwner.launcher);
  }

  read(gpa, bytes) {
    const page = gpa >>> 12;
    this.low = this.high = 0;
    if (page >= this.pageLimit) return false;
    const word = frameWord(this.frames[page]) | ((gpa & 0xfff) >> 2);
    this.low = this.words[word];
    if (bytes === 8) this.high = this.words[word + 1];
    return true;
  }

  write(gpa, bytes, low, high) {
    const page = gpa >>> 12;
    if (page >= this.pageLimit) return false;
    const word = frameWord(this.frames[page]) | ((gpa & 0xfff) >> 2);
    this.words[word] = low;
    if (bytes === 8) this.words[word + 1] = high;
    return true;
  }

  pin(gpfn) {
    const frame = this.frames[gpfn];
    this.host.hold(frame);
    return frame;
  }
}
