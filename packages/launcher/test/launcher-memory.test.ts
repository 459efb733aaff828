// SPDX-License-Identifier: GPL-2.0-or-later
import { FrameOwner, HostMemory, NO_FRAME } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LauncherMemory, type PageState } from '../src/index.js';

const PAGES = 8;

function makeMemory(frames = 64): { host: HostMemory; memory: LauncherMemory } {
  const host = new HostMemory(frames);
  return { host, memory: new LauncherMemory(host, PAGES) };
}

describe('a page that fails once', () => {
  test.each<[use: string, does: (memory: LauncherMemory) => boolean]>([
    ['read', (memory) => memory.read(0x2000, 4)],
    ['read at an odd place', (memory) => memory.read(0x2001, 8)],
    ['write', (memory) => memory.write(0x2000, 4, 1, 0)],
    ['write at an odd place', (memory) => memory.write(0x2ffe, 8, 1, 1)],
    ['pin for reading', (memory) => memory.pin(2, false) >= 0],
    ['pin for writing', (memory) => memory.pin(2, true) >= 0],
  ])('fails the first %s after that, and no other', (_, does) => {
    const { memory } = makeMemory();
    memory.writeWord(0x2000, 7);
    const frame = memory.frameOf(2);
    memory.failOnce(2, 1);
    const saved = memory.snapshot();
    expect([does(memory), does(memory)]).toEqual([false, true]);
    expect(memory.frameOf(2)).toBe(frame);
    memory.restore(saved);
    expect([does(memory), does(memory)]).toEqual([false, true]);
  });

  test('has to be one that there is', () => {
    expect(() => makeMemory().memory.failOnce(PAGES, 1)).toThrow(RangeError);
  });
});

describe('guest memory read and written by the host', () => {
  test('reads as zeros until it is written, and then what was written', () => {
    const { host, memory } = makeMemory();
    expect(memory.readWord(0x1234 & ~3)).toBe(0);
    expect(memory.framesInUse).toBe(0);
    expect(memory.writeWord(0x1000, 0xdeadbeef)).toBe(true);
    expect(memory.readWord(0x1000)).toBe(0xdeadbeef);
    expect(memory.frameOf(1)).not.toBe(NO_FRAME);
    expect(host.owners[memory.frameOf(1)]).toBe(FrameOwner.launcher);
  });

  test('takes eight bytes as two words, also across a page', () => {
    const { memory } = makeMemory();
    for (const gpa of [0x1000, 0x1ffc, 0x1ffe, 0x1001]) {
      expect(memory.write(gpa, 8, 0x11223344, 0x55667788)).toBe(true);
      expect(memory.read(gpa, 8)).toBe(true);
      expect([memory.low, memory.high]).toEqual([0x11223344, 0x55667788]);
    }
  });

  test('is refused outside, in holes, and to write where it is not writable', () => {
    const { memory } = makeMemory();
    memory.setState(3, 1, 'hole');
    memory.setState(5, 1, 'readonly');
    expect(memory.read(PAGES * 4096 - 4, 4)).toBe(true);
    for (const gpa of [PAGES * 4096, PAGES * 4096 - 2, 0xfffffffe, 0x3000, 0x2ffe]) {
      expect(memory.read(gpa, 4)).toBe(false);
      expect(memory.canRead(gpa, 4)).toBe(false);
      expect(memory.write(gpa, 4, 1, 0)).toBe(false);
      expect([memory.low, memory.high]).toEqual([0, 0]);
    }
    expect(memory.read(0x5000, 4)).toBe(true);
    expect(memory.writeWord(0x5000, 1)).toBe(false);
    expect(memory.canWrite(0x4ffe, 4)).toBe(false);
  });

  test('is refused when the host has no frame left', () => {
    const { memory } = makeMemory(3);
    expect(memory.writeWord(0, 1)).toBe(true);
    expect(memory.writeWord(0x1000, 1)).toBe(false);
    expect(memory.write(0xffe, 4, 1, 0)).toBe(false);
  });

  test('agrees with a plain array of bytes', () => {
    const gpas = fc.integer({ min: 0, max: PAGES * 4096 + 8 });
    const access = fc.tuple(gpas, fc.constantFrom(4, 8), fc.option(fc.bigInt(0n, 2n ** 64n - 1n)));
    fc.assert(
      fc.property(fc.array(access, { maxLength: 40 }), (accesses) => {
        const { memory } = makeMemory();
        const model = new DataView(new ArrayBuffer(PAGES * 4096 + 16));
        for (const [gpa, bytes, value] of accesses) {
          const fits = gpa + bytes <= PAGES * 4096;
          if (value !== null) {
            const [low, high] = [Number(value & 0xffffffffn) | 0, Number(value >> 32n) | 0];
            expect(memory.write(gpa, bytes, low, high)).toBe(fits);
            if (fits) model.setInt32(gpa, low, true);
            if (fits && bytes === 8) model.setInt32(gpa + 4, high, true);
          }
          expect(memory.read(gpa, bytes)).toBe(fits);
          if (fits) expect(memory.low).toBe(model.getInt32(gpa, true));
          if (fits && bytes === 8) expect(memory.high).toBe(model.getInt32(gpa + 4, true));
        }
      }),
    );
  });
});

describe('pinning a page', () => {
  test('for reading gives the zero page until the page is written', () => {
    const { host, memory } = makeMemory();
    expect(memory.pin(2, false)).toBe(host.zeroPage);
    const frame = memory.pin(2, true);
    expect(frame).toBe(memory.frameOf(2));
    expect(memory.pin(2, false)).toBe(frame);
    expect(host.holds[host.zeroPage]).toBe(1);
    expect(host.holds[frame]).toBe(2);
  });

  test('fails for a hole, for writing a read-only page, out of bounds, and without a frame', () => {
    const { host, memory } = makeMemory(3);
    memory.setState(0, 1, 'hole');
    memory.setState(1, 1, 'readonly');
    expect(memory.pin(0, false)).toBe(-1);
    expect(memory.pin(1, true)).toBe(-1);
    expect(memory.pin(1, false)).toBe(host.zeroPage);
    expect(memory.pin(PAGES, false)).toBe(-1);
    expect(memory.pin(PAGES, true)).toBe(-1);
    expect(memory.pin(2, true)).toBe(2);
    expect(memory.pin(3, true)).toBe(-1);
    expect(host.holds.reduce((sum, holds) => sum + holds)).toBe(2);
  });

  test('outlives the Launcher’s interest in the page', () => {
    const { host, memory } = makeMemory();
    memory.writeWord(0x2000, 42);
    const frame = memory.pin(2, true);
    memory.setState(2, 1, 'anon');
    expect(memory.readWord(0x2000)).toBe(0);
    expect(host.words[frame * 1024]).toBe(42);
    const used = host.used;
    host.release(frame);
    expect(host.used).toBe(used - 1);
  });
});

describe('what a Launcher can do to its pages', () => {
  test.each<[PageState, PageState, string, boolean]>([
    ['anon', 'private', 'frame', true],
    ['private', 'private', 'frame', true],
    ['hole', 'private', 'frame', true],
    ['anon', 'readonly', 'untouched', false],
    ['private', 'readonly', 'frame', false],
    ['hole', 'readonly', 'untouched', false],
    ['private', 'anon', 'untouched', true],
    ['hole', 'anon', 'untouched', true],
    ['private', 'hole', 'hole', true],
  ])('%s, then %s: %s, writable: %s', (before, after, backing, writable) => {
    const { memory } = makeMemory();
    memory.setState(1, 2, before);
    memory.setState(1, 2, after);
    for (const page of [1, 2]) {
      expect(memory.backingOf(page)).toBe(backing);
      if (backing !== 'hole') expect(memory.isWritable(page)).toBe(writable);
    }
    expect(memory.backingOf(0)).toBe('untouched');
    expect(memory.backingOf(3)).toBe('untouched');
  });

  test('keeps the contents of a page that turns read-only', () => {
    const { memory } = makeMemory();
    memory.writeWord(0x1000, 7);
    memory.setState(1, 1, 'readonly');
    expect(memory.readWord(0x1000)).toBe(7);
    memory.setState(1, 1, 'private');
    expect(memory.readWord(0x1000)).toBe(7);
  });

  test('is limited to its pages and to the host’s frames', () => {
    const { memory } = makeMemory(4);
    expect(() => memory.setState(7, 2, 'hole')).toThrow('expected below 8');
    expect(() => memory.setState(0, 3, 'private')).toThrow('no host frame left');
  });

  test('is told of each frame that a page is given', () => {
    const given: [number, number][] = [];
    const host = new HostMemory(64);
    const frameGiven = (gpfn: number, pfn: number): void => void given.push([gpfn, pfn]);
    const memory = new LauncherMemory(host, PAGES, { frameGiven });
    memory.writeWord(0x3000, 1);
    memory.writeWord(0x3004, 1);
    memory.pin(4, true);
    expect(given).toEqual([
      [3, memory.frameOf(3)],
      [4, memory.frameOf(4)],
    ]);
  });
});

test('closing gives every frame back', () => {
  const { host, memory } = makeMemory();
  const used = host.used;
  memory.setState(0, PAGES, 'private');
  memory.close();
  expect(host.used).toBe(used);
  expect(memory.read(0, 4)).toBe(false);
  memory.close();
  expect(host.used).toBe(used);
});

test('a snapshot put back, with the host’s, restores contents and backing', () => {
  const { host, memory } = makeMemory();
  memory.writeWord(0x1000, 7);
  memory.setState(2, 1, 'readonly');
  const [ofHost, ofMemory] = [structuredClone(host.snapshot()), structuredClone(memory.snapshot())];
  memory.setState(0, PAGES, 'anon');
  memory.writeWord(0x3000, 8);
  host.restore(ofHost);
  memory.restore(ofMemory);
  expect(memory.readWord(0x1000)).toBe(7);
  expect(memory.readWord(0x3000)).toBe(0);
  expect(memory.isWritable(2)).toBe(false);
  expect(memory.snapshot()).toEqual(ofMemory);
  expect(() => new LauncherMemory(host, 9).restore(ofMemory)).toThrow('snapshot of 8 guest pages');
});

test.each([0, -1, 1.5, 2 ** 20])('%s guest pages are refused', (pages) => {
  expect(() => new LauncherMemory(new HostMemory(3), pages)).toThrow(RangeError);
});
