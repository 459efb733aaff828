// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { formatClock, formatCount, formatShare, formatShort } from '../src/report/numbers.js';
import { progressLine } from '../src/report/progress.js';

describe('the progress line', () => {
  it('shows a bar, the rate and the time left where the size is known', () => {
    const state = { accesses: 30_000_000, bytesRead: 250, totalBytes: 1000 };
    expect(progressLine(state, 10)).toBe(
      '[======------------------]  25%  30.0M accesses  3.0M/s  0:30 left',
    );
  });

  it('shows the time so far where the size is not known', () => {
    const state = { accesses: 1500, bytesRead: 250, totalBytes: undefined };
    expect(progressLine(state, 10)).toBe('1.5k accesses  150/s  0:10 so far');
  });

  it('stands a beginning at which nothing was read or done', () => {
    const state = { accesses: 0, bytesRead: 0, totalBytes: 1000 };
    expect(progressLine(state, 0)).toBe(
      '[------------------------]   0%  0 accesses  0/s  0:00 so far',
    );
  });

  it('never fills a narrow terminal’s line, which would scroll it', () => {
    const state = { accesses: 30_000_000, bytesRead: 250, totalBytes: 1000 };
    expect(progressLine(state, 10, 20)).toHaveLength(19);
  });
});

describe('numbers for people', () => {
  it('have separators, units or a clock’s form', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatShort(999)).toBe('999');
    expect(formatShort(12_345_678)).toBe('12.3M');
    expect(formatShare(1, 8)).toBe('12.5 %');
    expect(formatShare(0, 0)).toBe('-');
    expect(formatClock(3725)).toBe('1:02:05');
    expect(formatClock(59.7)).toBe('1:00');
  });
});
