// SPDX-License-Identifier: GPL-2.0-or-later
import { pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { kernelLayout, type KernelLayout } from '../src/core/layout.js';
import { GuestKernel } from '../src/index.js';

/** Start and size in pages of every part that is written. */
function parts(layout: KernelLayout): [start: number, pages: number][] {
  return [
    [layout.bootPage, 2],
    [layout.text, 16],
    [layout.stack, 2],
    [layout.guestData, 1],
    [layout.data, 1],
    [layout.bootCopy, 2],
    [layout.initialTop, 1],
    [layout.swapperTop, 1],
    [layout.middles, layout.middleCount],
    [layout.fixmapTable, 1],
    [layout.directTables, layout.directTableCount],
    [layout.firstFree * 4096, layout.memoryPages - layout.firstFree],
  ];
}

describe.each(Object.values(pagingFormats))('the kernel’s layout under $name paging', (format) => {
  it.each([512, 4096, 16384, 196608])('gives each part pages of its own in %d pages', (pages) => {
    const sorted = parts(kernelLayout(format, pages)).sort((a, b) => a[0] - b[0]);
    sorted.slice(1).forEach(([start], index) => {
      const [before, size] = sorted[index]!;
      expect(start).toBeGreaterThanOrEqual(before + size * 4096);
    });
    for (const [start] of sorted) expect(start % 4096).toBe(0);
  });

  it('puts the stack at an even page, as its two pages must follow each other', () => {
    expect(kernelLayout(format, 4096).stack % 8192).toBe(0);
  });

  it('has tables for all memory', () => {
    const layout = kernelLayout(format, 131072);
    expect(layout.directTableCount * format.leaf.entries).toBe(131072);
  });

  it('refuses more memory than the direct map has room for, and names highmem', () => {
    const make = (memoryPages: number) => new GuestKernel({ format, memoryPages, processes: [] });
    expect(() => make(196608)).not.toThrow();
    expect(() => make(196609)).toThrow(
      'guest memory of 196609 pages: expected a whole number up to 196608 (768 MiB), since the ' +
        'direct map begins at 0xc0000000 and highmem is not supported',
    );
  });

  it('refuses memory in which nothing is left for processes, and fractions of a page', () => {
    expect(() => kernelLayout(format, 280)).toThrow('guest memory of 280 pages: the kernel itself');
    expect(() => kernelLayout(format, 1024.5)).toThrow(RangeError);
  });
});

describe('the kernel’s address', () => {
  it('is a multiple of what a top-level entry maps', () => {
    expect(kernelLayout(twoLevel, 4096, 0xb0400000).kernelTopIndex).toBe(705);
    expect(() => kernelLayout(twoLevel, 4096, 0xb0401000)).toThrow('a multiple of 0x400000');
    expect(() => kernelLayout(pae, 4096, 0xb0400000)).toThrow('a multiple of 0x40000000');
    expect(() => kernelLayout(pae, 4096, 0)).toThrow('kernel address 0x0');
  });

  it('leaves PAE one middle table for each top-level entry from there on', () => {
    expect(kernelLayout(pae, 4096).middleCount).toBe(1);
    expect(kernelLayout(pae, 4096, 0x80000000).middleCount).toBe(2);
    expect(kernelLayout(twoLevel, 4096).middleCount).toBe(0);
  });
});
