// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { systemCall, type Access, type Program } from './program.js';

/** A bit of everything: three kinds of access, odd sizes, text, data and stack. */
export const small: Program = {
  accesses: [
    ['fetch', 0x08048100, 3],
    ['store', 0x08049120, 4],
    ['fetch', 0x08048103, 5],
    ['load', 0x08049120, 4],
    ['load', 0xbffff003, 1],
    ['store', 0xbffff001, 7],
    ['load', 0xbffff000, 8],
    ['fetch', 0x08048108, 2],
  ],
};

/** A program that writes and reads one word on each of `count` pages, `rounds` times. */
export function sweep(count: number, rounds = 1, start = 0x10000000): Program {
  const accesses: Access[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let page = 0; page < count; page++) {
      accesses.push(['load', start + page * 4096, 4], ['store', start + page * 4096, 4]);
    }
  }
  return { accesses };
}

const regions = [0x00000000, 0x08048000, 0x083ff000, 0x40000000, 0xbfffe000];

const accesses = fc
  .record({
    kind: fc.constantFrom('fetch', 'load', 'store'),
    region: fc.constantFrom(...regions),
    page: fc.integer({ min: 0, max: 1 }),
    offset: fc.integer({ min: 0, max: 4088 }),
    size: fc.constantFrom(1, 2, 4, 8),
    aligned: fc.boolean(),
  })
  .map(({ kind, region, page, offset, size, aligned }): Access => {
    const at = aligned ? offset - (offset % size) : offset;
    return [kind, region + page * 4096 + at, size];
  });

/** Programs of any shape, with system calls at any place. */
export const anyProgram: fc.Arbitrary<Program> = fc
  .record({
    accesses: fc.array(accesses, { minLength: 1, maxLength: 60 }),
    calls: fc.array(fc.nat(), { maxLength: 6 }),
  })
  .map(({ accesses: list, calls }) => ({
    accesses: list,
    events: calls
      .map((at) => at % (list.length + 1))
      .sort((a, b) => a - b)
      .map((at) => systemCall(at, 20, 'getpid')),
  }));
