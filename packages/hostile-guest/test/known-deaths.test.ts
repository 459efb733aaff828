// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { deathFormat } from '../src/index.js';

describe('the messages with which the original kills', () => {
  it.each([
    ['failed to get page 1023', 'failed to get page %lu'],
    ['bad page middle directory entry', 'bad page middle directory entry'],
    ['bad stack page 0xfffffffc', 'bad stack page %#lx'],
    ['Attempt to set pgd 1024/1024', 'Attempt to set pgd %u/%u'],
    ['bad guest page   (null)', 'bad guest page %p'],
    ['bad guest page 30001000', 'bad guest page %p'],
    ['bad write address 0x400000 len 4', 'bad write address %#lx len %u'],
    ['hypercall -7 before INIT', 'hypercall %li before INIT'],
    ['Bad hypercall 13\n', 'Bad hypercall %li'],
    ['CRASH: any\nthing', 'CRASH: %s'],
    ['CRASH: ', 'CRASH: %s'],
    ['bad stack segment -1', 'bad stack segment %i'],
    ['unhandled trap 14 at 0x1234 (0xc0000000)', 'unhandled trap %li at %#lx (%#lx)'],
  ])('%j is one', (message, format) => {
    expect(deathFormat(message)).toBe(format);
  });

  it.each([
    '',
    'bad stack page',
    'bad stack page 0xfffffffc.',
    'bad stack page 4096',
    'Bad hypercall 13',
    'attempt to set pgd 1024/1024',
    'unhandled trap 14 at 1234 (0)',
    'internal error',
  ])('%j is none', (message) => {
    expect(deathFormat(message)).toBeUndefined();
  });
});
