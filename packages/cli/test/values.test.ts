// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSize, parseSize } from '../src/options/sizes.js';
import { choice, memorySize, tlbShape, wholeNumber } from '../src/options/values.js';

describe('a size', () => {
  it.each([
    ['64M', 64 * 2 ** 20],
    ['64MiB', 64 * 2 ** 20],
    ['64mib', 64 * 2 ** 20],
    ['1G', 2 ** 30],
    ['1GiB', 2 ** 30],
    ['65536K', 64 * 2 ** 20],
    ['65536KiB', 64 * 2 ** 20],
    ['67108864', 64 * 2 ** 20],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'M', '64MB', '64 M', '-1', '1.5G', '0x1000', '1e6', '64MM', '1T'])(
    '"%s" is none',
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );

  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(fc.nat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });

  it('is written in its largest whole unit', () => {
    expect(formatSize(64 * 2 ** 20)).toBe('64M');
    expect(formatSize(2 ** 30)).toBe('1G');
    expect(formatSize(4096)).toBe('4K');
    expect(formatSize(4097)).toBe('4097');
    expect(formatSize(0)).toBe('0');
  });
});

describe('an option’s value', () => {
  it('is a whole number within its limits', () => {
    expect(wholeNumber('cpus', '1', [1, 64])).toBe(1);
    expect(wholeNumber('cpus', '64', [1, 64])).toBe(64);
    for (const text of ['0', '65', '-1', '1.5', 'two', '', '1e1', '0x2', ' 2', 'Infinity']) {
      expect(() => wholeNumber('cpus', text, [1, 64])).toThrow(
        '--cpus: expected a whole number from 1 to 64, got',
      );
    }
  });

  it('is one of the words there are', () => {
    expect(choice('paging', 'pae', ['two-level', 'pae'])).toBe('pae');
    expect(() => choice('paging', 'PAE', ['two-level', 'pae'])).toThrow(
      '--paging: expected one of two-level, pae, got "PAE"',
    );
  });

  it('is a size in whole pages within its limits, told as sizes', () => {
    const range = [4 * 2 ** 20, 736 * 2 ** 20] as const;
    expect(memorySize('memory', '8M', range)).toBe(8 * 2 ** 20);
    expect(() => memorySize('memory', '1M', range)).toThrow(
      '--memory: expected a size from 4M to 736M, got "1M"',
    );
    expect(() => memorySize('memory', '8388609', range)).toThrow('whole pages of 4096 bytes');
    expect(() => memorySize('memory', 'much', range)).toThrow('a size such as 64M');
  });

  it('is a TLB’s entries and ways', () => {
    expect(tlbShape('tlb', '64x4')).toEqual({ entries: 64, ways: 4 });
    expect(() => tlbShape('tlb', '64')).toThrow('--tlb: expected ENTRIESxWAYS such as 64x4');
  });
});
