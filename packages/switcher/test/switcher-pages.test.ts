// SPDX-License-Identifier: GPL-2.0-or-later
import { StatePage, Tss, switcherLayout } from '@lguest-sim/abi';
import { FrameOwner, HostMemory, PAGE_SIZE } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { SwitcherPages } from '../src/index.js';

const layout = switcherLayout(4);
const host = new HostMemory(64);
const pages = new SwitcherPages({ host, layout });

function stateOf(cpu: number): DataView {
  return new DataView(host.buffer, pages.state(cpu) * PAGE_SIZE, PAGE_SIZE);
}

function gate(cpu: number, vector: number) {
  const low = stateOf(cpu).getUint32(StatePage.guestIdt + vector * 8, true);
  const high = stateOf(cpu).getUint32(StatePage.guestIdt + vector * 8 + 4, true);
  return {
    selector: low >>> 16,
    handler: ((high & 0xffff0000) | (low & 0xffff)) >>> 0,
    present: (high >>> 15) & 1,
    dpl: (high >>> 13) & 3,
    type: (high >>> 8) & 15,
  };
}

function descriptor(cpu: number, entry: number): string {
  const low = stateOf(cpu).getUint32(StatePage.guestGdt + entry * 8, true);
  const high = stateOf(cpu).getUint32(StatePage.guestGdt + entry * 8 + 4, true);
  return `${high.toString(16).padStart(8, '0')}:${low.toString(16).padStart(8, '0')}`;
}

describe('the Switcher’s pages', () => {
  it('are one text page and two pages for each host CPU, all different, all the Switcher’s', () => {
    const cpus = [0, 1, 2, 3];
    const frames = [pages.text, ...cpus.flatMap((c) => [pages.dummyRegisters(c), pages.state(c)])];
    expect(new Set(frames).size).toBe(9);
    expect(frames.every((pfn) => host.owners[pfn] === FrameOwner.switcher)).toBe(true);
  });

  it('put page 14’s gate of CPU 0 at the address of the worked example, FFF5D0F8', () => {
    const base = stateOf(0).getUint32(StatePage.guestIdtDescriptor + 2, true);
    expect(base + 14 * 8).toBe(0xfff5d0f8);
  });

  it('carry descriptor registers for the guest: 256 gates and 32 descriptors of this CPU', () => {
    const state = stateOf(1);
    expect(state.getUint16(20, true)).toBe(2047);
    expect(state.getUint32(22, true)).toBe(0xfff5f000 + 136);
    expect(state.getUint16(26, true)).toBe(255);
    expect(state.getUint32(28, true)).toBe(0xfff5f000 + 2184);
    expect(state.getUint16(4, true)).toBe(2047);
    expect(state.getUint16(10, true)).toBe(255);
  });

  it('let a trap push from the top of the CPU’s regs slot downwards, in the Switcher’s segment', () => {
    const tss = StatePage.guestTss;
    expect(stateOf(0).getUint32(tss + Tss.sp0, true)).toBe(0xfff5d000);
    expect(stateOf(1).getUint32(tss + Tss.sp0, true)).toBe(0xfff5f000);
    expect(stateOf(0).getUint16(tss + Tss.ss0, true)).toBe(0x58);
  });

  it('allow no I/O port: the bitmap starts beyond the task segment’s limit', () => {
    expect(stateOf(0).getUint16(StatePage.guestTss + Tss.ioBitmapBase, true)).toBe(104);
  });

  it('lead all 256 gates of every CPU into the text page, ring 0, interrupt gates', () => {
    for (let cpu = 0; cpu < 4; cpu++) {
      const handlers = new Set<number>();
      for (let vector = 0; vector < 256; vector++) {
        const { handler, ...rest } = gate(cpu, vector);
        expect(rest).toEqual({
          selector: 0x50,
          present: 1,
          type: 0xe,
          dpl: vector === 31 ? 1 : 0,
        });
        expect(handler >>> 12).toBe(layout.address >>> 12);
        handlers.add(handler);
      }
      expect(handlers.size).toBe(256);
    }
  });

  it('hold the Switcher’s two flat segments and its task segment at 10, 11 and 16, nothing else', () => {
    expect(descriptor(0, 10)).toBe('00cf9b00:0000ffff');
    expect(descriptor(0, 11)).toBe('00cf9300:0000ffff');
    expect(descriptor(0, 16)).toBe('ff0089f5:d0200067');
    expect(descriptor(1, 16)).toBe('ff0089f5:f0200067');
    for (let entry = 0; entry < 32; entry++) {
      if (![10, 11, 16].includes(entry)) expect(descriptor(0, entry)).toBe('00000000:00000000');
    }
  });

  it('give out zero-filled regs pages and take them back', () => {
    const before = host.used;
    const pfn = pages.allocateRegisters();
    expect(host.owners[pfn]).toBe(FrameOwner.registers);
    pages.freeRegisters(pfn);
    expect(host.used).toBe(before);
  });

  it('do not exist for a host CPU that does not exist', () => {
    expect(() => pages.state(4)).toThrow('host CPU 4: expected 0 to 3');
    expect(() => pages.dummyRegisters(-1)).toThrow(RangeError);
  });

  it('do not fit into a host without frames', () => {
    expect(() => new SwitcherPages({ host: new HostMemory(10), layout })).toThrow(
      'host memory of 10 frames: no room for the 9 Switcher pages',
    );
  });

  it('are found again from a snapshot', () => {
    const other = new HostMemory(64);
    other.allocate(FrameOwner.launcher);
    const restored = new SwitcherPages({ host: other, layout });
    other.restore(host.snapshot());
    restored.restore(structuredClone(pages.snapshot()));
    expect(restored.snapshot()).toEqual(pages.snapshot());
    expect(restored.text).toBe(pages.text);
  });

  it('refuse a snapshot of a machine with another number of host CPUs', () => {
    const two = new SwitcherPages({ host: new HostMemory(16), layout: switcherLayout(2) });
    expect(() => two.restore(pages.snapshot())).toThrow('snapshot of 4 host CPUs: expected 2');
  });
});
