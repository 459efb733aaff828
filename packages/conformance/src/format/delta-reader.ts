// SPDX-License-Identifier: GPL-2.0-or-later
import type { PagingFormat } from '@lguest-sim/x86';
import type { Fields, JsonObject } from './fields.js';
import { isPageName } from './page-name.js';
import { deltaKeys, type Delta, type Reference, type SlotState } from './result.js';
import { SLOTS, type TraceHeader } from './trace-header.js';

const knownKeys: ReadonlySet<string> = new Set(deltaKeys);
const slotKeys = new Set(['allocated', 'gpgdir', 'switcherMapped', 'lastHostCpu']);
const emptySlotKeys = new Set(['allocated']);
const vcpuKeys = new Set(['pgd', 'linear']);

/** Highest value that bits 0 to 11 of an entry can have. */
const MAX_TABLE_FLAGS = 0xfff;

/** Flags of a PAE leaf above its page number: bits 44 to 63, here in the high word. */
const HIGH_FLAGS = 0xfffff000;

const PAGE_OFFSET = 0xfff;

/** Reads the recorded deltas of one trace: everything in them must fit the trace's header. */
export class DeltaReader {
  private readonly fields: Fields;
  private readonly header: TraceHeader;
  private readonly format: PagingFormat;
  /** Names found good before, as the same few come again and again. */
  private readonly knownPages = new Set<string>();

  constructor(fields: Fields, header: TraceHeader, format: PagingFormat) {
    this.fields = fields;
    this.header = header;
    this.format = format;
  }

  /** @throws ConformanceError if a field is unknown or does not fit */
  read(value: unknown): Delta {
    const delta = this.fields.object(value, 'r.delta', knownKeys);
    const { hostPages, kernelAddress } = delta;
    return {
      slots: this.list(delta.slots, 'r.delta.slots', 1, this.readSlot),
      vcpus: this.list(delta.vcpus, 'r.delta.vcpus', 1, this.readVcpu),
      pgd: this.list(delta.pgd, 'r.delta.pgd', 2, this.readTop),
      pmd: this.list(delta.pmd, 'r.delta.pmd', 3, this.readMiddle),
      pte: this.list(delta.pte, 'r.delta.pte', 2, this.readLeaf),
      refs: delta.refs === undefined ? undefined : this.readReferences(delta.refs, 'r.delta.refs'),
      hostPages:
        hostPages === undefined ? undefined : this.fields.integer(hostPages, 'r.delta.hostPages'),
      kernelAddress:
        kernelAddress === undefined
          ? undefined
          : this.fields.hex(kernelAddress, 'r.delta.kernelAddress'),
      mem: this.list(delta.mem, 'r.delta.mem', 1, this.readMemory),
    };
  }

  /** Reads a list of pages and counts. */
  readReferences(value: unknown, where: string): readonly Reference[] {
    return this.list(value, where, 1, this.readReference) ?? [];
  }

  /** Reads a list and checks that no two entries have the same first `keys` values. */
  private list<T extends readonly unknown[]>(
    value: unknown,
    where: string,
    keys: number,
    readEntry: (entry: unknown, where: string) => T,
  ): readonly T[] | undefined {
    if (value === undefined) return undefined;
    const list = this.fields.list(value, where).map((entry) => readEntry(entry, where));
    if (list.length > 1) this.refuseTwins(list, where, keys);
    return list;
  }

  private refuseTwins(list: readonly (readonly unknown[])[], where: string, keys: number): void {
    const seen = new Set<string>();
    for (const entry of list) {
      const key = keys === 1 ? String(entry[0]) : entry.slice(0, keys).join();
      if (seen.has(key)) this.fields.fail(where, entry, 'no two entries about the same thing');
      seen.add(key);
    }
  }

  private readonly readSlot = (entry: unknown, where: string): [number, SlotState] => {
    const [slot, state] = this.fields.tuple(entry, 2, where);
    const object = this.fields.object(state, where, slotKeys);
    const allocated = this.fields.boolean(object.allocated, `${where}: allocated`);
    return [
      this.fields.below(slot, SLOTS, `${where}: slot`),
      allocated ? this.allocatedSlot(object, where) : this.emptySlot(object, where),
    ];
  };

  private emptySlot(object: JsonObject, where: string): SlotState {
    this.fields.object(object, `${where}: unallocated slot`, emptySlotKeys);
    return { allocated: false };
  }

  private allocatedSlot(object: JsonObject, where: string): SlotState {
    const { gpgdir, switcherMapped, lastHostCpu } = object;
    const last = this.header.hostCpus - 1;
    return {
      allocated: true,
      gpgdir: this.fields.hex(gpgdir, `${where}: gpgdir`),
      switcherMapped: this.fields.boolean(switcherMapped, `${where}: switcherMapped`),
      lastHostCpu: this.fields.between(lastHostCpu, -1, last, `${where}: lastHostCpu`),
    };
  }

  private readonly readVcpu = (
    entry: unknown,
    where: string,
  ): [number, { pgd: number; linear: boolean }] => {
    const [vcpu, state] = this.fields.tuple(entry, 2, where);
    const { pgd, linear } = this.fields.object(state, where, vcpuKeys);
    return [
      this.fields.below(vcpu, this.header.vcpus, `${where}: vcpu`),
      {
        pgd: this.fields.below(pgd, SLOTS, `${where}: pgd`),
        linear: this.fields.boolean(linear, `${where}: linear`),
      },
    ];
  };

  private readonly readTop = (entry: unknown, where: string): [number, number, string] => {
    const [slot, index, flags] = this.fields.tuple(entry, 3, where);
    return [
      this.fields.below(slot, SLOTS, `${where}: slot`),
      this.fields.below(index, this.format.top.entries, `${where}: index`),
      this.tableFlags(flags, where),
    ];
  };

  private readonly readMiddle = (
    entry: unknown,
    where: string,
  ): [number, number, number, string] => {
    const { middle, top } = this.format;
    if (middle === undefined) this.fields.fail(where, entry, 'no middle level on two-level tables');
    const [slot, topIndex, index, flags] = this.fields.tuple(entry, 4, where);
    return [
      this.fields.below(slot, SLOTS, `${where}: slot`),
      this.fields.below(topIndex, top.entries, `${where}: top index`),
      this.fields.below(index, middle.entries, `${where}: index`),
      this.tableFlags(flags, where),
    ];
  };

  private readonly readLeaf = (entry: unknown, where: string): [number, string, string, string] => {
    const [slot, vaddr, page, flags] = this.fields.tuple(entry, 4, where);
    if ((this.fields.address(vaddr, `${where}: vaddr`) & PAGE_OFFSET) !== 0) {
      this.fields.fail(`${where}: vaddr`, vaddr, 'the address of a page');
    }
    return [
      this.fields.below(slot, SLOTS, `${where}: slot`),
      vaddr as string,
      page === 'none' ? page : this.page(page, where),
      this.leafFlags(flags, where),
    ];
  };

  private readonly readReference = (entry: unknown, where: string): Reference => {
    const [page, count] = this.fields.tuple(entry, 2, where);
    const total = this.fields.between(count, -(2 ** 31), 2 ** 31 - 1, `${where}: count`);
    return [this.page(page, where), total];
  };

  private readonly readMemory = (entry: unknown, where: string): [string, string] => {
    const [gpa, value] = this.fields.tuple(entry, 2, where);
    const address = this.fields.address(gpa, `${where}: gpa`);
    if ((address & 3) !== 0 || address >= this.header.guestPages * (PAGE_OFFSET + 1)) {
      this.fields.fail(`${where}: gpa`, gpa, 'an aligned word in guest memory');
    }
    return [gpa as string, this.fields.hex(value, `${where}: value`)];
  };

  private page(value: unknown, where: string): string {
    if (typeof value === 'string') {
      if (this.knownPages.has(value)) return value;
      if (isPageName(value, this.header)) {
        this.knownPages.add(value);
        return value;
      }
    }
    this.fields.fail(`${where}: page`, value, 'a page that this trace has (g<n>, zero, ...)');
  }

  private tableFlags(value: unknown, where: string): string {
    if (this.fields.address(value, where) <= MAX_TABLE_FLAGS) return value as string;
    this.fields.fail(`${where}: flags`, value, 'bits 0 to 11');
  }

  private leafFlags(value: unknown, where: string): string {
    const bits = this.format.entryBytes * 8;
    const { low, high } = this.fields.word(value, bits, `${where}: flags`);
    if (low <= MAX_TABLE_FLAGS && (high & ~HIGH_FLAGS) === 0) return value as string;
    this.fields.fail(`${where}: flags`, value, 'no bits of the page number');
  }
}
