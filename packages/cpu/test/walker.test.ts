// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Flag,
  FrameOwner,
  HostMemory,
  NO_EXECUTE_HIGH,
  frameWord,
  pae,
  pagingFormats,
  twoLevel,
} from '@lguest-sim/x86';
import type { PagingFormat } from '@lguest-sim/x86';
import { Need, PageWalker, Right } from '../src/index.js';
import { referenceWalk } from './support/reference-walk.js';
import type { ReferenceAccess } from './support/reference-walk.js';
import { TestMachine, USER_RW } from './support/test-machine.js';

const formats = Object.values(pagingFormats);

const needs: Record<'user' | 'supervisor', Record<ReferenceAccess['kind'], number>> = {
  user: { fetch: Need.userFetch, load: Need.userLoad, store: Need.userStore },
  supervisor: { fetch: Need.fetch, load: Need.load, store: Need.store },
};

function needOf(access: ReferenceAccess): number {
  return needs[access.user ? 'user' : 'supervisor'][access.kind];
}

const accessArbitrary = fc.record({
  user: fc.boolean(),
  kind: fc.constantFrom('fetch', 'load', 'store'),
});

const FRAMES = 12;

/** Entries of random tables: mostly present, pointing anywhere in host memory, any flags. */
const entryArbitrary = fc
  .record({
    pfn: fc.nat(FRAMES - 1),
    flags: fc.oneof(
      fc.nat(0xfff),
      fc.nat(0xfff).map((flags) => flags | 7),
    ),
    noExecute: fc.boolean(),
    present: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  })
  .map(({ pfn, flags, noExecute, present }) => ({
    low: (pfn << 12) | (present ? flags | 1 : flags & ~1),
    high: noExecute ? NO_EXECUTE_HIGH : 0,
  }));

const indexArbitrary = fc.constantFrom(0, 1, 3, 511);

/** Random tables in all frames, tables and pages overlapping at will, and accesses to them. */
function scenarioArbitrary(format: PagingFormat) {
  return fc.record({
    cr3: fc.nat(FRAMES - 1),
    entries: fc.array(
      fc.record({ frame: fc.nat(FRAMES - 1), index: indexArbitrary, entry: entryArbitrary }),
      { minLength: 20, maxLength: 60 },
    ),
    accesses: fc.array(
      fc.record({
        indexes: fc.tuple(indexArbitrary, indexArbitrary, indexArbitrary),
        offset: fc.nat(0xfff),
        access: accessArbitrary,
      }),
      { minLength: 1, maxLength: 12 },
    ),
    format: fc.constant(format),
  });
}

function vaddrOf(format: PagingFormat, indexes: readonly number[], offset: number): number {
  let vaddr = offset;
  for (const [at, level] of format.levels.entries()) {
    vaddr += (indexes[at]! & (level.entries - 1)) * 2 ** level.shift;
  }
  return vaddr;
}

/** Faster by far than `toEqual` on whole memories. */
function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function latchOf(host: HostMemory, cr3: number): bigint[] {
  const words = host.words.subarray(cr3 / 4, cr3 / 4 + 8);
  return [0, 2, 4, 6].map((i) => BigInt(words[i]! >>> 0) | (BigInt(words[i + 1]! >>> 0) << 32n));
}

describe.each(formats)('the page walker, $name', (format) => {
  it('does what the reference model does on random tables: result, error code, memory', () => {
    fc.assert(
      fc.property(scenarioArbitrary(format), ({ cr3, entries, accesses }) => {
        const host = new HostMemory(FRAMES);
        for (const { frame, index, entry } of entries) {
          const at = frameWord(frame) + (index << format.entryWordShift);
          host.words[at] = entry.low;
          if (format === pae) host.words[at + 1] = entry.high;
        }
        const reference = host.bytes.slice();
        const walker = new PageWalker(host, format);
        walker.load(cr3 * 4096);
        const latch = latchOf(host, cr3 * 4096);
        for (const { indexes, offset, access } of accesses) {
          const wanted = { ...access, vaddr: vaddrOf(format, indexes, offset) };
          const expected = referenceWalk(reference, format === pae, cr3 * 4096, latch, wanted);
          const allowed = walker.walk(wanted.vaddr, needOf(wanted));
          expect(allowed).toBe(!expected.fault);
          if (expected.fault) {
            expect(walker.errorCode).toBe(expected.errorCode);
          } else {
            expect(walker.frame).toBe(expected.page);
            expect(walker.rights & ~Right.global).toBe(
              Right.present |
                (expected.writable ? Right.writable : 0) |
                (expected.user ? Right.user : 0) |
                (expected.executable ? Right.executable : 0) |
                (expected.dirty ? Right.dirty : 0),
            );
          }
          expect(sameBytes(host.bytes, reference)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads two entries from memory, and fewer when one is not present', () => {
    const machine = new TestMachine({ format });
    machine.map(0x08048000);
    machine.load();
    const { walker } = machine.core.mmu;
    walker.walk(0x08048000, Need.load);
    expect(walker.reads).toBe(2);
    walker.walk(0x08049000, Need.load);
    expect(walker.reads).toBe(2);
    walker.walk(0x48049000, Need.load);
    expect(walker.reads).toBe(format === pae ? 0 : 1);
  });

  it.each([
    ['user load', Need.userLoad, 0x4],
    ['user store', Need.userStore, 0x6],
    ['supervisor load', Need.load, 0x0],
    ['supervisor store', Need.store, 0x2],
  ])('tells a %s of a missing page from a withheld right by bit 0', (_name, need, code) => {
    const machine = new TestMachine({ format });
    const { walker } = machine.core.mmu;
    expect(walker.walk(0x08048000, need)).toBe(false);
    expect(walker.errorCode).toBe(code);
    machine.map(0x08048000, Flag.present);
    machine.load();
    const allowed = walker.walk(0x08048000, need);
    expect(allowed).toBe(need === Need.load);
    if (!allowed) expect(walker.errorCode).toBe(code | 1);
  });

  const rightsTable = [0, Flag.writable, Flag.user, Flag.writable | Flag.user];
  it.each(rightsTable.flatMap((upper) => rightsTable.map((leaf) => [upper, leaf])))(
    'ands the rights of the levels: %i above, %i in the leaf',
    (upper, leaf) => {
      const machine = new TestMachine({ format });
      machine.map(0x08048000, Flag.present | leaf!);
      const table = machine.entry(0x08048000, format.levels.length - 2);
      machine.host.words[table] = (machine.host.words[table]! & ~0xfff) | Flag.present | upper!;
      machine.load();
      const { walker } = machine.core.mmu;
      const both = upper! & leaf!;
      const user = (both & Flag.user) !== 0;
      const writable = (both & Flag.writable) !== 0;
      expect(walker.walk(0x08048000, Need.load)).toBe(true);
      expect(walker.walk(0x08048000, Need.store)).toBe(writable);
      expect(walker.walk(0x08048000, Need.fetch)).toBe(true);
      expect(walker.walk(0x08048000, Need.userLoad)).toBe(user);
      expect(walker.walk(0x08048000, Need.userFetch)).toBe(user);
      expect(walker.walk(0x08048000, Need.userStore)).toBe(user && writable);
    },
  );

  it('changes nothing when it denies an access', () => {
    const machine = new TestMachine({ format });
    machine.map(0x08048000, Flag.present);
    machine.load();
    const before = machine.host.bytes.slice();
    expect(machine.core.mmu.walker.walk(0x08048000, Need.userStore)).toBe(false);
    expect(sameBytes(machine.host.bytes, before)).toBe(true);
  });

  it('marks every table entry accessed but those of the latched level, and the leaf dirty on a store only', () => {
    const machine = new TestMachine({ format });
    machine.map(0x08048000);
    machine.load();
    const { words } = machine.host;
    const { walker } = machine.core.mmu;
    const marks = (): number[] =>
      format.levels.map(
        (_, depth) => words[machine.entry(0x08048000, depth)]! & (Flag.accessed | Flag.dirty),
      );
    const above = format.levels.slice(1).map((_, at) => (format === pae && at === 0 ? 0 : 0x20));
    walker.walk(0x08048000, Need.userLoad);
    expect(marks()).toEqual([...above, 0x20]);
    walker.walk(0x08048000, Need.userStore);
    expect(marks()).toEqual([...above, 0x60]);
  });

  it('takes no notice of bit 7 anywhere: there are no large pages', () => {
    const machine = new TestMachine({ format });
    const frame = machine.map(0x08048000, USER_RW | Flag.pageSize);
    machine.host.words[machine.entry(0x08048000, format.levels.length - 2)]! |= Flag.pageSize;
    machine.load();
    const { walker } = machine.core.mmu;
    expect(walker.walk(0x08048000, Need.userLoad)).toBe(true);
    expect(walker.frame >>> 12).toBe(frame);
  });

  it('keeps the global bit of the leaf', () => {
    const machine = new TestMachine({ format });
    machine.map(0x08048000, USER_RW | Flag.global);
    machine.load();
    machine.core.mmu.walker.walk(0x08048000, Need.userLoad);
    expect(machine.core.mmu.walker.rights & Right.global).toBe(Right.global);
  });

  it('throws for an entry that points outside host memory, with the entry in hex', () => {
    const machine = new TestMachine({ format, frames: 64 });
    machine.setLeaf(0x08048000, (64 << 12) | USER_RW);
    machine.load();
    expect(() => machine.core.mmu.walker.walk(0x08048000, Need.load)).toThrow(
      'page walk: entry for 0x8048000 is 0x40007, outside the 64 frames of host memory',
    );
  });

  it('throws when CR3 is outside host memory', () => {
    const machine = new TestMachine({ format, frames: 64 });
    expect(() => machine.core.loadCr3(64 * 4096)).toThrow(
      'page walk: CR3 is 0x40000, outside the 64 frames of host memory',
    );
  });
});

describe('under PAE', () => {
  it('keeps the top-level entries as the CR3 load found them', () => {
    const machine = new TestMachine({ format: pae });
    const frame = machine.map(0x48000000);
    const { walker } = machine.core.mmu;
    expect(walker.walk(0x48000000, Need.load)).toBe(false);
    machine.load();
    expect(walker.walk(0x48000000, Need.load)).toBe(true);
    expect(walker.frame >>> 12).toBe(frame);
    machine.host.words[machine.entry(0x48000000, 0)] = 0;
    expect(walker.walk(0x48000000, Need.load)).toBe(true);
    machine.load();
    expect(walker.walk(0x48000000, Need.load)).toBe(false);
  });

  it('takes the top table at any multiple of 32 bytes', () => {
    const host = new HostMemory(16);
    const [top, middle, leaf, page] = [0, 0, 0, 0].map(() => host.allocate(FrameOwner.shadowTable));
    const cr3 = top! * 4096 + 96;
    host.words[cr3 / 4 + 2] = (middle! << 12) | Flag.present;
    host.words[frameWord(middle!)] = (leaf! << 12) | USER_RW;
    host.words[frameWord(leaf!)] = (page! << 12) | USER_RW;
    const walker = new PageWalker(host, pae);
    walker.load(cr3 + 5);
    expect(walker.cr3).toBe(cr3);
    expect(walker.walk(0x40000000, Need.load)).toBe(true);
    expect(walker.frame >>> 12).toBe(page);
  });

  it.each([
    ['leaf', 2],
    ['middle', 1],
  ])('forbids fetches, and nothing else, by NX in the %s entry', (_name, depth) => {
    const machine = new TestMachine({ format: pae });
    machine.map(0x08048000);
    machine.host.words[machine.entry(0x08048000, depth) + 1] = NO_EXECUTE_HIGH;
    machine.load();
    const { walker } = machine.core.mmu;
    expect(walker.walk(0x08048000, Need.userStore)).toBe(true);
    expect(walker.rights & Right.executable).toBe(0);
    expect(walker.walk(0x08048000, Need.userFetch)).toBe(false);
    expect(walker.errorCode).toBe(0x15);
    expect(walker.walk(0x08048000, Need.fetch)).toBe(false);
    expect(walker.errorCode).toBe(0x11);
  });

  it('tells fetches in the error code, which two-level paging has no bit for', () => {
    const codes = [pae, twoLevel].map((format) => {
      const { walker } = new TestMachine({ format }).core.mmu;
      walker.walk(0x08048000, Need.userFetch);
      return walker.errorCode;
    });
    expect(codes).toEqual([0x14, 0x04]);
  });

  it('throws for a page beyond 4 GiB', () => {
    const machine = new TestMachine({ format: pae, frames: 64 });
    machine.setLeaf(0x08048000, (5 << 12) | USER_RW, 1);
    machine.load();
    expect(() => machine.core.mmu.walker.walk(0x08048000, Need.load)).toThrow(
      'entry for 0x8048000 is 0x100005007, outside',
    );
  });
});
