// SPDX-License-Identifier: GPL-2.0-or-later
import { RING_ENTRY_FREE, Selector } from '@lguest-sim/abi';
import { Flag, PAGE_SIZE, indexAt, pagingFormats, type PagingFormat } from '@lguest-sim/x86';
import fc from 'fast-check';
import { HOSTILE_LAYOUT, KERNEL_ADDRESS } from '../core/layout.js';
import {
  BOOT_TOPS,
  MOST_BYTES,
  RAISED_VECTORS,
  type HostileOperation,
  type ProcessAccess,
} from '../core/operation.js';
import { hypercalls } from './hypercalls.js';
import {
  anyWord,
  entryHigh,
  entryIndex,
  entryLow,
  mostly,
  selector,
  stackPointer,
  table,
  virtualAddress,
  word,
} from './values.js';

/** What a generated guest is like. */
export interface HostileLimits {
  /** Format of its tables. */
  readonly paging: PagingFormat['name'];
  /** Most operations after its boot, at least 1. */
  readonly operations: number;
}

/** Most accesses of one return to ring 3, and words of one write: more shows nothing new. */
const FEW = 8;

/** Present, with and without the rights to write and for processes, and with accessed and dirty. */
const DIRECTORY_FLAGS: readonly number[] = [0, Flag.writable, Flag.user, Flag.writable | Flag.user]
  .map((rights) => rights | Flag.present)
  .flatMap((flags) => [flags, flags | Flag.accessed, flags | Flag.accessed | Flag.dirty]);

/** One operation in so many is left out. */
const NEARLY_ALWAYS = 1_000_000;

const touchKind = fc.constantFrom('fetch' as const, 'load' as const, 'store' as const);

const entry = fc.record({
  do: fc.constant('entry' as const),
  table,
  index: entryIndex,
  low: entryLow,
  high: entryHigh,
});

/** A directory entry that leads to a table of the guest's, with rights that the leaves may exceed. */
function link(format: PagingFormat): fc.Arbitrary<HostileOperation> {
  const { tops, kernelMiddle, userMiddle, kernelLeaves, userLeaves } = HOSTILE_LAYOUT;
  const isTop = format.middle === undefined ? fc.constant(true) : fc.boolean();
  return isTop.chain((top) => {
    const hasLeaves = format.middle === undefined || !top;
    const level = top ? format.top : format.middle!;
    const below = hasLeaves ? [kernelLeaves, userLeaves] : [kernelMiddle, userMiddle];
    const bits = level.hasRights ? fc.constantFrom(...DIRECTORY_FLAGS) : fc.constant(Flag.present);
    return fc
      .tuple(
        fc.constantFrom(...(top ? tops : [kernelMiddle, userMiddle])),
        fc.constantFrom(0, indexAt(level, KERNEL_ADDRESS), level.entries - 1),
        fc.constantFrom(...below),
        bits,
      )
      .map(([at, index, to, flags]) => ({
        do: 'entry',
        table: at,
        index,
        low: to + flags,
        high: 0,
      }));
  });
}

const write = fc.record({
  do: fc.constant('write' as const),
  gpa: fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: HOSTILE_LAYOUT.mappedPages * PAGE_SIZE - 1 }) },
    // `struct lguest_data` with its ring.
    { weight: 2, arbitrary: fc.nat({ max: 1391 }).map((at) => HOSTILE_LAYOUT.data + at) },
    { weight: 2, arbitrary: table },
    { weight: 1, arbitrary: word },
  ),
  words: fc.array(anyWord, { minLength: 1, maxLength: FEW }),
});

const touch = fc.record({
  do: fc.constant('touch' as const),
  kind: touchKind,
  address: virtualAddress,
});

const fill = fc.record({
  do: fc.constant('fill' as const),
  address: virtualAddress,
  value: anyWord,
  step: fc.constantFrom(0, 1, PAGE_SIZE),
  count: fc.nat({ max: 1024 }),
});

const copy = fc.record({
  do: fc.constant('copy' as const),
  from: virtualAddress,
  to: virtualAddress,
});

const access = fc.tuple(
  touchKind,
  virtualAddress,
  fc.oneof(fc.constant(4), fc.integer({ min: 1, max: MOST_BYTES })),
) satisfies fc.Arbitrary<ProcessAccess>;

/** A process runs: to ring 3, and back by a system call or a fault. */
const process = fc.record({
  do: fc.constant('return' as const),
  eip: fc.constant(0x1000),
  cs: fc.constant(Selector.userCode),
  eflags: fc.constant(0x202),
  esp: fc.constant(PAGE_SIZE),
  ss: fc.constant(Selector.userData),
  accesses: fc.array(access, { maxLength: FEW }),
});

const wildReturn = fc.record({
  do: fc.constant('return' as const),
  eip: virtualAddress,
  cs: selector,
  eflags: word,
  esp: stackPointer,
  ss: selector,
  accesses: fc.array(access, { maxLength: FEW }),
});

const interrupt = fc.record({
  do: fc.constant('interrupt' as const),
  vector: fc.oneof(fc.constantFrom(2, 3, 8, 14, 31, 32, 128, 239), fc.nat({ max: 255 })),
});

const raise = fc.record({
  do: fc.constant('raise' as const),
  vector: mostly(fc.constantFrom(0, 6, 7, 13), fc.constantFrom(...RAISED_VECTORS)),
  errorCode: fc.oneof(fc.constant(0), word),
});

const stack = fc.record({
  do: fc.constant('stack' as const),
  esp: fc.oneof(fc.constant(KERNEL_ADDRESS + HOSTILE_LAYOUT.stackEnd), stackPointer),
});

function call(format: PagingFormat): fc.Arbitrary<HostileOperation> {
  return hypercalls(format).map((made) => ({ do: 'call', ...made }));
}

/** A call in the ring: any status byte but one means that it is ready. */
function queue(format: PagingFormat): fc.Arbitrary<HostileOperation> {
  const status = fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat({ max: RING_ENTRY_FREE }) },
  );
  return fc
    .tuple(status, hypercalls(format))
    .map(([byte, made]) => ({ do: 'queue', status: byte, ...made }));
}

function anyOperation(format: PagingFormat): fc.Arbitrary<HostileOperation> {
  return mostly<HostileOperation>(
    fc.oneof<fc.WeightedArbitrary<HostileOperation>[]>(
      { weight: 12, arbitrary: call(format) },
      { weight: 5, arbitrary: entry },
      { weight: 2, arbitrary: link(format) },
      { weight: 5, arbitrary: touch },
      { weight: 4, arbitrary: process },
      { weight: 2, arbitrary: queue(format) },
      { weight: 1, arbitrary: interrupt },
      { weight: 1, arbitrary: raise },
      { weight: 1, arbitrary: stack },
    ),
    write,
    fill,
    copy,
    wildReturn,
  );
}

/**
 * Operations of a hostile guest: any at all, in any order, and mostly such as come near to what an
 * honest kernel does, since what is wrong at once kills the guest at once. Most guests boot first.
 */
export function hostileOperations({
  paging,
  operations,
}: HostileLimits): fc.Arbitrary<HostileOperation[]> {
  const format = pagingFormats[paging];
  const boot = fc
    .oneof(
      { weight: 8, arbitrary: fc.constant(BOOT_TOPS[0]!) },
      { weight: 1, arbitrary: fc.constant(BOOT_TOPS[1]!) },
    )
    .map((top): HostileOperation[] => [{ do: 'boot', top }]);
  const beginning = mostly<HostileOperation[]>(
    boot,
    fc.constant([]),
    fc
      .tuple(fc.array(fc.oneof(touch, write), { maxLength: FEW }), boot)
      .map(([first, then]) => [...first, ...then]),
  );
  // Lists shrink from their beginning; what may be left out can be so anywhere.
  const perhaps = fc.option(anyOperation(format), { freq: NEARLY_ALWAYS });
  const list = fc.array(perhaps, { minLength: 1, maxLength: operations, size: 'max' });
  return fc.tuple(beginning, list).map(([first, made]) => {
    const others = made.filter((operation) => operation !== null);
    return [...first, ...others];
  });
}
