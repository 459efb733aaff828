// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, Hypercall, hypercallName, Selector } from '@lguest-sim/abi';
import { indexAt, pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { FlatGuest } from './support/guest.js';
import type { Program } from './support/program.js';

const program: Program = { accesses: [['fetch', 0x08048000, 4]] };

function booted(format: typeof pae): FlatGuest {
  const guest = new FlatGuest({ format, programs: [program], memoryPages: 3000 });
  guest.run(() => guest.cpu.inUser);
  return guest;
}

/** Names of the hypercalls up to the first process, repeated ones once with their number. */
function sequence(guest: FlatGuest): string[] {
  const runs: { name: string; count: number }[] = [];
  for (const { number } of guest.cpu.hypercalls) {
    const name = hypercallName(number);
    if (runs.at(-1)?.name === name) runs.at(-1)!.count++;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (count === 1 ? name : `${count} ${name}`));
}

describe('the order of the hypercalls at boot', () => {
  it('is the original’s, two-level', () => {
    expect(sequence(booted(twoLevel))).toEqual([
      'LGUEST_INIT',
      'NEW_PGTABLE',
      '32 LOAD_GDT_ENTRY',
      'NEW_PGTABLE',
      'FLUSH_TLB',
      '19 LOAD_IDT_ENTRY',
      'SET_STACK',
      'NEW_PGTABLE',
      'SET_STACK',
      'LOAD_TLS',
      'FLUSH_ASYNC',
    ]);
  });

  it('has PAE’s three tables for each process besides', () => {
    expect(sequence(booted(pae)).slice(6)).toEqual([
      'SET_STACK',
      '3 SET_PGD',
      'NEW_PGTABLE',
      'SET_STACK',
      'LOAD_TLS',
      'FLUSH_ASYNC',
    ]);
  });

  it('starts the timer if processes have to share the CPU', () => {
    const guest = new FlatGuest({
      format: twoLevel,
      programs: [program, program],
      sliceNanoseconds: 12345,
    });
    guest.run(() => guest.cpu.inUser);
    expect(sequence(guest).slice(6)).toEqual([
      'SET_STACK',
      'SET_CLOCKEVENT',
      'NEW_PGTABLE',
      'SET_STACK',
      'LOAD_TLS',
      'FLUSH_ASYNC',
    ]);
    expect(guest.calls(Hypercall.setClockevent)).toEqual([[12345, 0, 0, 0]]);
  });
});

describe.each(Object.values(pagingFormats))('boot under $name paging', (format) => {
  it('fills lguest_data in before it tells the host where it is', () => {
    const guest = new FlatGuest({ format, programs: [program] });
    guest.run(() => guest.cpu.guestData !== 0);
    const { layout } = guest.kernel;
    const { memory } = guest.cpu;
    const field = (offset: number) => memory.read(layout.guestData + offset);
    expect(guest.cpu.guestData).toBe(layout.guestData);
    expect(field(GuestData.irqEnabled)).toBe(0);
    expect(field(GuestData.blockedInterrupts)).toBe(1);
    expect(field(GuestData.kernelAddress)).toBe(0xc0000000);
    expect(field(GuestData.syscallVector)).toBe(0x80);
    expect(field(GuestData.noirqEnd) - field(GuestData.noirqStart)).toBe(16);
    expect(field(GuestData.noirqStart)).toBeGreaterThan(0xc0000000 + layout.text);
    const status = layout.guestData + GuestData.hcallStatus;
    expect(memory.bytes.subarray(status - 4, status + 68)).toEqual(
      Uint8Array.from({ length: 72 }, (_, at) => (at < 4 || at >= 68 ? 0 : 0xff)),
    );
  });

  it('shows memory at 0 and at the kernel’s address through the same tables', () => {
    const guest = booted(format);
    const { layout } = guest.kernel;
    const { memory } = guest.cpu;
    for (const page of [0, 1, 1023, 1024, 2047, 2999]) {
      const entry = memory.leafOf(layout.initialTop, page * 4096);
      expect(entry & ~0x60).toBe(page * 4096 + 0x003);
      expect(memory.leafOf(layout.initialTop, 0xc0000000 + page * 4096)).toBe(entry);
      expect(memory.leafOf(layout.swapperTop, 0xc0000000 + page * 4096)).toBe(entry);
      expect(memory.leafOf(layout.swapperTop, page * 4096)).toBe(0);
    }
    expect(memory.leafOf(layout.initialTop, 3000 * 4096)).toBe(0);
    expect(memory.leafOf(layout.initialTop, 0xc0000000 + 3000 * 4096)).toBe(0);
  });

  it('gives directory entries the flags that the original asks for', () => {
    const guest = booted(format);
    const { initialTop } = guest.kernel.layout;
    const { memory } = guest.cpu;
    for (const address of [0, 0xc0000000]) {
      const top = memory.read(initialTop + indexAt(format.top, address) * format.entryBytes);
      expect(top & 0xfff).toBe(format === pae ? 0x001 : 0x067);
      if (format.middle === undefined) continue;
      const middle = top - (top % 4096) + indexAt(format.middle, address) * 8;
      // Accessed as the CPU walked through it, which 0x67 says already; dirty is never set by it.
      expect(memory.read(middle) & 0xfff).toBe(0x067);
    }
  });

  it('has an empty table for the fixmap in the last slot', () => {
    const guest = booted(format);
    const { memory } = guest.cpu;
    const { swapperTop, fixmapTable } = guest.kernel.layout;
    const last = swapperTop + (format.top.entries - 1) * format.entryBytes;
    let entry = memory.read(last);
    if (format.middle !== undefined) entry = memory.read(entry - (entry % 4096) + 511 * 8);
    expect(entry).toBe(fixmapTable + 0x067);
    const at = fixmapTable / 4;
    expect(memory.words.subarray(at, at + 1024).every((word) => word === 0)).toBe(true);
  });

  it('lets page faults and the timer through interrupt gates, system calls through a trap gate', () => {
    const { gates } = booted(format).cpu;
    const kind = (vector: number) => (gates.get(vector)![1] >>> 8) & 0xff;
    expect([14, 32, 0x80, 3, 0, 13].map(kind)).toEqual([0x8e, 0x8e, 0xef, 0xef, 0x8f, 0x8f]);
    for (const [low] of gates.values()) expect(low >>> 16).toBe(Selector.kernelCode);
    for (const reserved of [2, 8, 15, 31]) expect(gates.has(reserved)).toBe(false);
  });

  it('loads flat segments for kernel and processes, and nothing else', () => {
    const { descriptors } = booted(format).cpu;
    const words = (selector: number) =>
      descriptors.get(selector >> 3)!.map((word) => word.toString(16));
    expect(words(Selector.kernelCode)).toEqual(['ffff', 'cf9a00']);
    expect(words(Selector.kernelData)).toEqual(['ffff', 'cf9200']);
    expect(words(Selector.userCode)).toEqual(['ffff', 'cffa00']);
    expect(words(Selector.userData)).toEqual(['ffff', 'cff200']);
    expect([...descriptors.values()].filter(([low]) => low !== 0)).toHaveLength(4);
  });

  it('pins two stack pages, whose pointer is 8 bytes below their end', () => {
    const guest = booted(format);
    const [boot, process] = guest.calls(Hypercall.setStack) as [number[], number[]];
    expect(boot).toEqual([0x69, 0xc0000000 + guest.kernel.layout.stack + 8184, 2, 0]);
    expect(process[0]).toBe(0x69);
    expect(process[1]! % 8192).toBe(8184);
    expect(process[2]).toBe(2);
  });

  it('keeps what the Launcher wrote into the boot page and the command line', () => {
    const guest = new FlatGuest({ format, programs: [program] });
    guest.cpu.memory.write(0x23c, 1);
    guest.cpu.memory.write(0x1000, 0x74736574);
    guest.run(() => guest.cpu.inUser);
    const { bootCopy } = guest.kernel.layout;
    expect(guest.cpu.memory.read(bootCopy + 0x23c)).toBe(1);
    expect(guest.cpu.memory.read(bootCopy + 0x1000)).toBe(0x74736574);
  });

  it('works with memory that is not zero at first', () => {
    const guest = new FlatGuest({ format, programs: [program] });
    guest.cpu.memory.words.fill(-1);
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({ accesses: 1, status: 'end-of-trace' });
  });

  it('switches the machine off if there is no process', () => {
    const guest = new FlatGuest({ format, programs: [] });
    guest.run();
    expect(guest.cpu.message).toBe('Power down');
    expect(guest.calls(Hypercall.shutdown)[0]!.slice(1)).toEqual([1, 0, 0]);
    expect(guest.kernel.takeEvents()).toEqual([{ kind: 'booted' }]);
  });
});

describe('a kernel at another address', () => {
  it.each([
    [twoLevel, 0x80000000],
    [twoLevel, 0x9fc00000],
    [pae, 0x80000000],
    [pae, 0x40000000],
  ])('runs as well (%#)', (format, kernelAddress) => {
    const guest = new FlatGuest({ format, kernelAddress, programs: [program] });
    guest.run();
    expect(guest.kernel.results()[0]).toMatchObject({ accesses: 1, pagesTouched: 1 });
  });
});
