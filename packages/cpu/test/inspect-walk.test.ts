// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { Flag, NO_EXECUTE_HIGH, pae, pagingFormats, twoLevel } from '@lguest-sim/x86';
import { inspectWalk } from '../src/index.js';
import { TestMachine, USER_RO, USER_RW } from './support/test-machine.js';

const VADDR = 0x08049123;

describe('looking at a walk', () => {
  it.each(Object.values(pagingFormats))('changes nothing, under $name', (format) => {
    const machine = new TestMachine({ format });
    machine.map(VADDR);
    machine.load();
    const before = {
      memory: machine.host.snapshot(),
      core: machine.core.snapshot(),
      now: machine.now,
    };
    const inspection = machine.core.inspectWalk(machine.core.cr3, VADDR);
    expect(inspection.pfn).toBeDefined();
    expect({
      memory: machine.host.snapshot(),
      core: machine.core.snapshot(),
      now: machine.now,
    }).toEqual(before);
  });

  it('shows the entries of both levels, decoded, with their addresses', () => {
    const machine = new TestMachine({ format: twoLevel });
    const frame = machine.map(VADDR, USER_RO | Flag.accessed);
    const { words } = machine.host;
    const inspection = machine.core.inspectWalk(machine.top * 4096, VADDR);
    expect(inspection).toMatchObject({ pfn: frame, writable: false, user: true, executable: true });
    expect(inspection.steps).toEqual([
      {
        level: 'top',
        index: 32,
        entryAddress: machine.top * 4096 + 0x80,
        low: words[machine.entry(VADDR, 0)]! >>> 0,
        high: 0,
        pfn: words[machine.entry(VADDR, 0)]! >>> 12,
        present: true,
        writable: true,
        user: true,
        accessed: false,
        dirty: false,
        global: false,
        noExecute: false,
      },
      {
        level: 'leaf',
        index: 73,
        entryAddress: machine.entry(VADDR, 1) * 4,
        low: frame * 4096 + 0x25,
        high: 0,
        pfn: frame,
        present: true,
        writable: false,
        user: true,
        accessed: true,
        dirty: false,
        global: false,
        noExecute: false,
      },
    ]);
  });

  it('ends at the first entry that is not present', () => {
    const machine = new TestMachine({ format: pae });
    machine.map(VADDR);
    machine.load();
    const { steps, pfn } = machine.core.inspectWalk(machine.top * 4096, VADDR + 0x200000);
    expect(steps.map(({ level, present }) => [level, present])).toEqual([
      ['top', true],
      ['middle', false],
    ]);
    expect(pfn).toBeUndefined();
  });

  it('shows NX, and the wrong page number of an entry beyond host memory', () => {
    const machine = new TestMachine({ format: pae, frames: 64 });
    machine.setLeaf(VADDR, (5 << 12) | USER_RW, NO_EXECUTE_HIGH | 2);
    const inspection = inspectWalk(machine.host, pae, machine.top * 4096, VADDR);
    expect(inspection).toMatchObject({ pfn: undefined, executable: false });
    expect(inspection.steps[2]).toMatchObject({ noExecute: true, pfn: 0x200005, high: 0x80000002 });
  });

  it('sees the latched top level of the table that is loaded, and memory for any other', () => {
    const machine = new TestMachine({ format: pae });
    const cr3 = machine.top * 4096;
    machine.map(0x48000000);
    expect(machine.core.inspectWalk(cr3, 0x48000000).steps).toHaveLength(1);
    expect(inspectWalk(machine.host, pae, cr3, 0x48000000).steps).toHaveLength(3);
    machine.load();
    expect(machine.core.inspectWalk(cr3, 0x48000000).steps).toHaveLength(3);
  });

  it('survives a CR3 outside host memory', () => {
    const machine = new TestMachine({ frames: 64 });
    const { steps } = machine.core.inspectWalk(0xfffff000, VADDR);
    expect(steps).toMatchObject([{ present: false, low: 0 }]);
  });
});
