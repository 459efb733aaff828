// SPDX-License-Identifier: GPL-2.0-or-later
import { DEFAULT_FIXADDR_START, GDT_ENTRIES, Selector } from '@lguest-sim/abi';
import {
  Flag,
  NO_EXECUTE_HIGH,
  PAGE_SIZE,
  TABLE_FLAGS,
  indexAt,
  type PagingFormat,
} from '@lguest-sim/x86';
import fc from 'fast-check';
import { HOSTILE_LAYOUT, KERNEL_ADDRESS } from '../core/layout.js';

const { tops, kernelMiddle, userMiddle, kernelLeaves, userLeaves, spare } = HOSTILE_LAYOUT;
const { present, writable, user, accessed, dirty, pageSize, global } = Flag;
/** Pages below the fixmap that may be the Switcher's, of a machine with few host CPUs. */
const SWITCHER_PAGES = 12;
const FIXMAP_PAGE = DEFAULT_FIXADDR_START / PAGE_SIZE;

/** Values that a guest survives, nearly always, and others. */
export function mostly<T>(good: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 40 * others.length, arbitrary: good },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  );
}

/** Any 32-bit word. */
export const word = fc.nat({ max: 2 ** 32 - 1 });

/** A word at the edge of something: where range checks go wrong. */
const edge = fc.constantFrom(
  0,
  1,
  2,
  3,
  4,
  5,
  31,
  32,
  255,
  256,
  511,
  512,
  1023,
  1024,
  0xfff,
  0x1000,
  0x7fffffff,
  0x80000000,
  0xfffff000,
  0xffffffff,
);

/** A byte in a page, mostly its first. */
const offset = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: PAGE_SIZE - 1 }) },
);

/** Address of a page by its number, and a byte in it. */
function pageAmong(from: number, count: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.nat({ max: count - 1 }), offset)
    .map(([page, byte]) => (from + page) * PAGE_SIZE + byte);
}

/** Where the Switcher is, and the pages around it. */
export const switcherAddress = pageAmong(FIXMAP_PAGE - SWITCHER_PAGES, SWITCHER_PAGES + 1);

/** An address that SET_PTE can be told of. */
export const mappedAddress = mostly(
  fc.oneof(
    { weight: 6, arbitrary: pageAmong(0, HOSTILE_LAYOUT.userPageCount + 2) },
    {
      weight: 4,
      arbitrary: pageAmong(KERNEL_ADDRESS / PAGE_SIZE, HOSTILE_LAYOUT.mappedPages + 2),
    },
    { weight: 1, arbitrary: pageAmong(0xffc00000 / PAGE_SIZE, 4) },
    { weight: 1, arbitrary: pageAmong(0x40000000 / PAGE_SIZE, 4) },
  ),
  switcherAddress,
  edge,
  word,
);

/** A guest-virtual address: of a process, of the kernel, of the Switcher, on an edge, or any. */
export const virtualAddress = fc.oneof(
  { weight: 6, arbitrary: pageAmong(0, HOSTILE_LAYOUT.userPageCount + 2) },
  {
    weight: 4,
    arbitrary: pageAmong(KERNEL_ADDRESS / PAGE_SIZE, HOSTILE_LAYOUT.mappedPages + 2),
  },
  { weight: 3, arbitrary: switcherAddress },
  // In the top entry that has the Switcher, and no page of its.
  { weight: 2, arbitrary: pageAmong(0xffc00000 / PAGE_SIZE, 4) },
  { weight: 1, arbitrary: pageAmong(0x40000000 / PAGE_SIZE, 4) },
  { weight: 1, arbitrary: edge },
  { weight: 1, arbitrary: word },
);

/** A top-level table that the guest has, or takes for one. */
export const topTable = mostly(
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...tops) },
    { weight: 1, arbitrary: fc.constant(0) },
  ),
  fc.constantFrom(tops[0] + 32, spare, spare + PAGE_SIZE),
  pageAmong(0, HOSTILE_LAYOUT.mappedPages),
  edge,
  word,
);

/** A table of any level that the guest has, or takes for one. */
export const table = mostly(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...tops, kernelMiddle, userMiddle) },
    { weight: 2, arbitrary: fc.constantFrom(kernelLeaves, userLeaves) },
    { weight: 1, arbitrary: fc.constant(spare) },
  ),
  pageAmong(0, HOSTILE_LAYOUT.mappedPages),
  word,
);

/** A guest page number: a table, any page, the first that there is not (of 4 MiB), or beyond. */
const pageNumber = mostly(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(4, 5, 6, 7, 8, 9, 10, 11) },
    { weight: 5, arbitrary: fc.nat({ max: HOSTILE_LAYOUT.mappedPages - 1 }) },
    { weight: 1, arbitrary: fc.constant(1023) },
  ),
  fc.constantFrom(1024, 0xfffff),
  fc.nat({ max: 0xfffff }),
);

const flags = mostly(
  fc.oneof(
    fc.constantFrom(
      TABLE_FLAGS,
      TABLE_FLAGS & ~user,
      TABLE_FLAGS & ~writable,
      present | writable | user,
      present | user,
      present | writable,
      present,
      present | accessed | writable,
      present | accessed | user,
      present | accessed | writable | user,
    ),
    fc.constantFrom(0, accessed, dirty, accessed | global, present | dirty | writable | user),
  ),
  fc.constantFrom(TABLE_FLAGS | pageSize, TABLE_FLAGS | global),
  fc.nat({ max: 0xfff }),
);

/** An entry's low word. */
export const entryLow = mostly(
  fc.tuple(pageNumber, flags).map(([page, bits]) => page * PAGE_SIZE + bits),
  word,
);

/** An entry's high word, under PAE. */
export const entryHigh = mostly(
  fc.constant(0),
  fc.constantFrom(1, 0xfff, NO_EXECUTE_HIGH >>> 0),
  word,
);

/** Index of an entry: of what `boot` maps, of the Switcher's, the first that there is not, or any. */
export const entryIndex = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 3) },
  { weight: 4, arbitrary: fc.constantFrom(511, 512, 768, 1022, 1023) },
  { weight: 1, arbitrary: fc.nat({ max: 1023 }) },
);

/** What SET_PGD is told: also the first index that there is not. */
export function topIndex(format: PagingFormat): fc.Arbitrary<number> {
  const { entries } = format.top;
  return mostly(
    fc.oneof(
      fc.constantFrom(0, indexAt(format.top, KERNEL_ADDRESS), entries - 1),
      fc.nat({ max: entries - 1 }),
    ),
    fc.constant(entries),
    edge,
    word,
  );
}

/** A word of any kind. */
export const anyWord = fc.oneof(edge, word, virtualAddress, table, entryLow);

/** A stack pointer. */
export const stackPointer = mostly(
  fc.constantFrom(
    KERNEL_ADDRESS + HOSTILE_LAYOUT.stackEnd,
    KERNEL_ADDRESS + HOSTILE_LAYOUT.stackEnd - 8,
    KERNEL_ADDRESS + HOSTILE_LAYOUT.userLeaves + PAGE_SIZE,
    KERNEL_ADDRESS + HOSTILE_LAYOUT.mappedPages * PAGE_SIZE,
    HOSTILE_LAYOUT.stackEnd,
    // In the top entry that has the Switcher, and in the middle one under PAE.
    0xffc02000,
    0xffe02000,
  ),
  fc.constant(KERNEL_ADDRESS + HOSTILE_LAYOUT.data + 16),
  pageAmong(0xffc00000 / PAGE_SIZE, 4),
  virtualAddress,
);

export const selector = mostly(
  fc.constantFrom(Selector.kernelCode, Selector.kernelData, Selector.userCode, Selector.userData),
  fc.constantFrom(...Object.values(Selector)),
  fc.nat({ max: 8 * GDT_ENTRIES + 7 }),
  word,
);
