// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameOwner, HostMemory, NO_FRAME, frameWord } from '../src/index.js';

describe('host memory', () => {
  it('never hands out frame 0 or the zero page', () => {
    const memory = new HostMemory(8);
    const taken = Array.from({ length: 7 }, () => memory.allocate(FrameOwner.launcher));
    expect(taken).toEqual([2, 3, 4, 5, 6, 7, NO_FRAME]);
  });

  it('hands out a frame that was used before zero-filled', () => {
    const memory = new HostMemory(8);
    const pfn = memory.allocate(FrameOwner.shadowTable);
    memory.words.fill(-1, frameWord(pfn), frameWord(pfn + 1));
    memory.disown(pfn);
    expect(memory.allocate(FrameOwner.launcher)).toBe(pfn);
    expect(memory.words.subarray(frameWord(pfn), frameWord(pfn + 1)).some(Boolean)).toBe(false);
  });

  it('clears of a frame what its user has said is filled', () => {
    const memory = new HostMemory(8);
    const pfn = memory.allocate(FrameOwner.shadowTable);
    const first = frameWord(pfn);
    memory.filled[pfn] = 0b101;
    for (const word of [0, 31, 64, 95]) memory.words[first + word] = -1;
    memory.disown(pfn);
    // What was not said stays: whoever keeps the bits answers for them.
    memory.words[first + 32] = 7;
    expect(memory.allocate(FrameOwner.launcher)).toBe(pfn);
    const words = memory.words.subarray(first, first + 1024);
    expect([...words].filter((word) => word !== 0)).toEqual([7]);
    expect(memory.filled[pfn]).toBe(-1);
  });

  it('finds no frame once as many are in use as may be, and finds one again when one is free', () => {
    const memory = new HostMemory(8);
    const pfn = memory.allocate(FrameOwner.launcher);
    memory.limit = memory.used;
    expect(memory.allocate(FrameOwner.launcher)).toBe(NO_FRAME);
    memory.disown(pfn);
    expect(memory.allocate(FrameOwner.launcher)).toBe(pfn);
    expect(memory.frames().limit).toBe(3);
  });

  it('keeps a disowned frame until its last hold is released', () => {
    const memory = new HostMemory(4);
    const pfn = memory.allocate(FrameOwner.launcher);
    memory.hold(pfn);
    memory.disown(pfn);
    expect(memory.used).toBe(3);
    memory.release(pfn);
    expect(memory.used).toBe(2);
  });

  it('keeps an owned frame however often it is released, and shows the miscount', () => {
    const memory = new HostMemory(4);
    const pfn = memory.allocate(FrameOwner.launcher);
    memory.release(pfn);
    expect(memory.holds[pfn]).toBe(-1);
    expect(memory.used).toBe(3);
  });

  it('refuses a size that page numbers cannot name', () => {
    expect(() => new HostMemory(2)).toThrow(/3 to 1048576/);
    expect(() => new HostMemory(2 ** 20 + 1)).toThrow(RangeError);
  });

  it('puts back who has which frames, and leaves what is in them', () => {
    const memory = new HostMemory(8);
    const pfn = memory.allocate(FrameOwner.shadowTable);
    memory.hold(pfn);
    const frames = memory.frames();
    memory.words[frameWord(pfn)] = 5;
    memory.release(pfn);
    memory.disown(pfn);
    memory.allocate(FrameOwner.launcher);
    memory.allocate(FrameOwner.launcher);
    memory.words[frameWord(pfn)] = 6;
    memory.restoreFrames(frames);
    expect(memory.frames()).toEqual(frames);
    expect(memory.words[frameWord(pfn)]).toBe(6);
  });

  it('is the same after a snapshot is put back, whatever was done in between', () => {
    const command = fc.record({ kind: fc.nat(4), frame: fc.nat(20), value: fc.integer() });
    fc.assert(
      fc.property(fc.array(command), fc.array(command), (before, after) => {
        const memory = new HostMemory(12);
        apply(memory, before);
        const snapshot = memory.snapshot();
        apply(memory, after);
        memory.restore(snapshot);
        expect(memory.snapshot()).toEqual(snapshot);
        const other = new HostMemory(12);
        other.restore(snapshot);
        apply(memory, after);
        apply(other, after);
        expect(other.snapshot()).toEqual(memory.snapshot());
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a snapshot of a memory of another size', () => {
    const snapshot = new HostMemory(8).snapshot();
    expect(() => new HostMemory(9).restore(snapshot)).toThrow(/8 frames: expected 9/);
  });
});

interface Command {
  kind: number;
  frame: number;
  value: number;
}

function apply(memory: HostMemory, commands: readonly Command[]): void {
  const owned = [...memory.owners.entries()].filter(([, o]) => o === FrameOwner.launcher);
  const frames = owned.map(([pfn]) => pfn);
  for (const { kind, frame, value } of commands) {
    const pfn = frames[frame % Math.max(frames.length, 1)];
    if (kind === 0 || pfn === undefined) {
      const fresh = memory.allocate(FrameOwner.launcher);
      if (fresh !== NO_FRAME) frames.push(fresh);
    } else if (kind === 1) memory.words[frameWord(pfn) + (value & 1023)] = value;
    else if (kind === 2) memory.hold(pfn);
    else if (kind === 3) memory.release(pfn);
    else memory.disown(frames.splice(frames.indexOf(pfn), 1)[0]!);
  }
}
