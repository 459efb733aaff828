// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import fc from 'fast-check';
import type { Operation, TraceHeader } from '../../src/index.js';
import { free, init, newPagetable, store } from './operations.js';

// Guests that do anything at all, in a small world, so that what they do meets: few pages, few
// tables, few addresses. What is sure to kill them is rare, or they would not live to do harm.

const GUEST_PAGES = 32;
const DATA_PAGE = 0x9000;
const STACK_TOP = 0x2000;
const FIRST_TABLE = 0x1000;

/** Mostly one of the good, now and then one of the bad. */
function mostly<T>(good: readonly T[], bad: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 25, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
}

const anyTable = mostly([0x1000, 0x2000, 0x3000], [0x0, 0x1004]);
const anyAddress = mostly(
  [0x0, 0x1000, 0x5123, 0x200000, 0x400000, 0xc0000000, 0xc0001000, 0xffa00000, 0xffbff000],
  [0x40000000, 0xffc00000, 0xffdff000, 0xfff00000, 0xfff01000],
);
const directoryFlags = mostly([0x67, 0x67, 0x67, 0x63, 0x65, 0x61], [0x01, 0x00, 0xe7]);
const leafFlags = mostly(
  [0x07, 0x67, 0x27, 0x23, 0x63, 0x163, 0x05, 0x25, 0x65, 0x47, 0x45, 0x20, 0x40, 0x00],
  [0x87],
);

/** A machine to live on. */
export const anyHeader: fc.Arbitrary<TraceHeader> = fc
  .record({
    pae: fc.boolean(),
    hostCpus: fc.integer({ min: 1, max: 3 }),
    vcpus: fc.integer({ min: 1, max: 3 }),
    sharesTable: fc.boolean(),
    hostPageLimit: fc.constantFrom(null, null, null, null, 3, 8, 12, 20),
  })
  .map(({ sharesTable, ...rest }) => ({
    ...rest,
    guestPages: GUEST_PAGES,
    kernelAddress: 0xc0000000,
    switcherAddr: sharesTable ? 0xfff00000 : rest.pae ? 0xffe00000 : 0xffc00000,
    memBase: 0x20000000,
  }));

/** A hostile guest's life on such a machine, from its set-up to its end. */
export function anyLife(header: TraceHeader): fc.Arbitrary<Operation[]> {
  const vcpus = Array.from({ length: header.vcpus }, (_, vcpu) => vcpu);
  return fc
    .record({
      slot: fc.nat(3),
      kernelAddress: mostly([0xc0000000, 0x400000], [0xffc00000, 0xfff90000]),
      tables: guestTables(header.pae),
      starters: fc.subarray(vcpus),
      life: fc.array(anyOperation(header), { minLength: 10, maxLength: 60 }),
    })
    .map(({ slot, kernelAddress, tables, starters, life }) => [
      init(slot),
      store(DATA_PAGE + GuestData.kernelAddress, kernelAddress),
      ...tables,
      ...starters.map((vcpu) => newPagetable(FIRST_TABLE, vcpu, vcpu)),
      ...life,
      free,
    ]);
}

/** Tables in guest memory that mostly lead somewhere: top 1-3, middle 4-5, leaves 6-8. */
function guestTables(pae: boolean): fc.Arbitrary<Operation[]> {
  const parts = pae
    ? [
        tableEntries(8, [1, 2, 3], [0, 1, 3], [4, 5], fc.constant(0x1)),
        tableEntries(8, [4, 5], [0, 1, 509, 511], [6, 7, 8], directoryFlags),
        tableEntries(8, [6, 7, 8], [0, 1, 5, 511], [9, 20, 21, 31], leafFlags),
      ]
    : [
        tableEntries(4, [1, 2, 3], [0, 1, 768, 1022, 1023], [6, 7, 8], directoryFlags),
        tableEntries(4, [6, 7, 8], [0, 1, 5, 512, 768, 1023], [9, 20, 21, 31], leafFlags),
      ];
  return fc.tuple(...parts).map((operations) => operations.flat());
}

/** Fills entries of tables: each gets one of the target pages and some flags. */
function tableEntries(
  size: 4 | 8,
  pages: readonly number[],
  indexes: readonly number[],
  targets: readonly number[],
  flags: fc.Arbitrary<number>,
): fc.Arbitrary<Operation[]> {
  const entry = (gpa: number): fc.Arbitrary<Operation> =>
    fc.tuple(fc.constantFrom(...targets), flags).map(([target, bits]) => ({
      op: 'guestWrite',
      gpa,
      size,
      value: { low: target * 4096 + bits, high: 0 },
    }));
  const places = pages.flatMap((page) => indexes.map((index) => page * 4096 + index * size));
  return fc.tuple(...places.map(entry));
}

function anyOperation(header: TraceHeader): fc.Arbitrary<Operation> {
  const vcpu = fc.nat(header.vcpus - 1);
  const common = { vcpu, vaddr: anyAddress, gpgdir: anyTable };
  const often = [
    operation('demandPage', {
      vcpu,
      vaddr: anyAddress,
      errcode: fc.constantFrom(0, 2, 4, 6, 3, 7),
    }),
    operation('setPte', { ...common, pte: anyLeaf }),
    operation('newPagetable', { vcpu, pgtable: anyTable, rand: fc.tuple(fc.nat(3)) }),
    operation('mapSwitcher', { vcpu, hostCpu: fc.nat(header.hostCpus - 1) }),
    operation('setPgd', { gpgdir: anyTable, idx: anyTopIndex(header.pae) }),
  ];
  const seldom = [
    operation('flushUser', { vcpu }),
    operation('clearAll', { vcpu }),
    ...(header.pae ? [operation('setPmd', { pmdp: fc.constant(0), idx: fc.constant(0) })] : []),
    operation('guestDataInit', { vcpu, gpa: fc.constant(DATA_PAGE) }),
    operation('launcher', anyLauncherDeed),
    operation('hostPageLimit', { n: mostly([null, 40], [5, 10, 20]) }),
    operation('setStack', anyStack(vcpu)),
  ];
  const rarely = [
    operation('pinPage', { vcpu, vaddr: anyAddress }),
    operation('guestPa', { vcpu, vaddr: anyAddress }),
  ];
  return fc.oneof(
    ...often.map((arbitrary) => ({ weight: 12, arbitrary })),
    ...seldom.map((arbitrary) => ({ weight: 3, arbitrary })),
    ...rarely.map((arbitrary) => ({ weight: 1, arbitrary })),
  );
}

type Arguments<Name> = Omit<Extract<Operation, { op: Name }>, 'op'>;

/** An operation whose arguments are arbitrary. */
function operation<Name extends Operation['op']>(
  op: Name,
  args: { [Key in keyof Arguments<Name>]: fc.Arbitrary<Arguments<Name>[Key]> },
): fc.Arbitrary<Operation> {
  return fc.record(args).map((values) => ({ op, ...values }) as unknown as Operation);
}

const anyLeaf = fc
  .tuple(mostly([9, 12, 20, 21, 31], [GUEST_PAGES]), leafFlags)
  .map(([page, flags]) => ({ low: page * 4096 + flags, high: 0 }));

const anyLauncherDeed = {
  gpfn: fc.integer({ min: 10, max: GUEST_PAGES - 1 }),
  count: fc.constant(1),
  state: mostly(['anon', 'private'] as const, ['readonly', 'hole'] as const),
};

function anyTopIndex(pae: boolean): fc.Arbitrary<number> {
  return pae ? mostly([0, 1, 2, 3], [4]) : mostly([0, 1, 768, 1022, 1023], [1024]);
}

function anyStack(vcpu: fc.Arbitrary<number>) {
  return {
    vcpu,
    esp: mostly([STACK_TOP, STACK_TOP - 0x1000], [0xc0002000, 0xffa01000, 0xffc01000]),
    ss: mostly([0x69], [0x68]),
    pages: mostly([0, 1, 2], [3]),
  };
}
