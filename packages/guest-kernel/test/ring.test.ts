// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, Hypercall } from '@lguest-sim/abi';
import { twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { FlatGuest } from './support/guest.js';
import { operation, type Program } from './support/program.js';
import { sweep } from './support/programs.js';
import { checkAgainstModel } from './support/trees.js';

const PAGES = 100;

/** Touches pages and unmaps them all: one queued hypercall a page. */
const unmapper: Program = {
  accesses: [...sweep(PAGES).accesses, ...sweep(3).accesses],
  events: [
    operation(2 * PAGES, {
      kind: 'unmap',
      start: 0x10000000,
      bytes: PAGES * 4096,
    }),
  ],
};

describe('the asynchronous ring', () => {
  it('is filled from where the last drain ended, and free after each hypercall', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [unmapper] });
    const status = guest.kernel.layout.guestData + GuestData.hcallStatus;
    const { memory } = guest.cpu;
    const ready = () => memory.bytes.subarray(status, status + 64).filter((byte) => byte !== 0xff);
    let most = 0;
    guest.run(() => {
      if (memory.paging) most = Math.max(most, ready().length);
      return false;
    });
    expect(most).toBe(64);
    expect(guest.cpu.longestDrain).toBe(64);
    expect(ready()).toHaveLength(0);
    checkAgainstModel(guest);
    // 3 calls of the switch to the process, 99 of 100 SET_PTE; 2 of the switch to the idle task.
    const queued = guest.cpu.hypercalls.filter(({ fromRing }) => fromRing === true);
    expect(queued).toHaveLength(3 + 99 + 2);
    expect(guest.kernel.snapshot().ringCursor).toBe((3 + 99 + 2) % 64);
  });

  it('keeps the order of the calls', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [unmapper] });
    guest.run();
    const cleared = guest.calls(Hypercall.setPte).filter(([, , low]) => low === 0);
    expect(cleared.map(([, address]) => address)).toEqual(
      Array.from({ length: PAGES }, (_, page) => 0x10000000 + page * 4096),
    );
  });

  it('is filled with interrupts off; one that waits meanwhile is asked for afterwards', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [unmapper, sweep(2)] });
    const { cpu, kernel } = guest;
    const enabled = kernel.layout.guestData + GuestData.irqEnabled;
    guest.run(() => kernel.place === 'change range: visit');
    expect(cpu.memory.read(enabled)).toBe(0x200);
    guest.run(() => kernel.place === 'queue calls: put');
    expect(cpu.memory.read(enabled)).toBe(0);
    cpu.looksAtExits = true;
    cpu.tick();
    guest.run(() => cpu.hypercalls.at(-1)!.number === Hypercall.sendInterrupts);
    expect(kernel.timerInterrupts).toBe(0);
    guest.step();
    guest.step();
    expect(kernel.place).toBe('trap entry: save');
    guest.run();
    expect(kernel.timerInterrupts).toBe(1);
    checkAgainstModel(guest);
  });

  it('is not used by who cannot wait: faults, boot, exec and the end', () => {
    const program: Program = { ...sweep(5), events: [operation(4, { kind: 'exec' })] };
    const guest = new FlatGuest({ format: twoLevel, programs: [program] });
    guest.run();
    const queued = guest.cpu.hypercalls.filter(({ fromRing }) => fromRing === true);
    expect(queued.map(({ number }) => number)).toEqual([
      Hypercall.newPgtable,
      Hypercall.setStack,
      Hypercall.loadTls,
      Hypercall.setStack,
      Hypercall.loadTls,
    ]);
  });
});
