// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { MemoryModel } from '../src/memory-model.js';

const HEAP = 0x09000000;

function model(): MemoryModel {
  const memory = new MemoryModel(0xc0000000);
  for (let page = 0; page < 4; page++) memory.store(HEAP + page * 4096, 4, 0x04030201);
  return memory;
}

/** Which of the four pages still hold what was stored. */
function kept(memory: MemoryModel): boolean[] {
  return [0, 1, 2, 3].map((page) => memory.byte(HEAP + page * 4096) === 1);
}

describe('the model of a process’s memory', () => {
  it('holds what was stored, the token over and over in a long part, and 0 elsewhere', () => {
    const memory = new MemoryModel(0xc0000000);
    memory.store(0xbffff002, 6, 0x04030201);
    const bytes = Array.from({ length: 10 }, (_, k) => memory.byte(0xbffff000 + k));
    expect(bytes).toEqual([0, 0, 1, 2, 3, 4, 1, 2, 0, 0]);
    expect(memory.holds(0xbffff001, 3, Uint8Array.of(9, 0, 1, 2), 1)).toBe(true);
    expect(memory.holds(0xbffff001, 3, Uint8Array.of(9, 0, 1, 3), 1)).toBe(false);
  });

  it('loses every page with a byte in what is unmapped, or mapped anew', () => {
    const memory = model();
    memory.apply({ kind: 'unmap', start: HEAP + 4096, bytes: 1 });
    expect(kept(memory)).toEqual([true, false, true, true]);
    memory.apply({ kind: 'map', start: HEAP + 2 * 4096, bytes: 4097, writable: true });
    expect(kept(memory)).toEqual([true, false, false, false]);
  });

  it('keeps what lies within a change of rights', () => {
    const memory = model();
    const rights = { accessible: false, writable: false };
    memory.apply({ kind: 'protect', start: HEAP, bytes: 4 * 4096, ...rights });
    expect(kept(memory)).toEqual([true, true, true, true]);
  });

  it('loses what the heap gives back, but for the page its end is in', () => {
    const memory = model();
    memory.apply({ kind: 'brk', end: HEAP + 4096 });
    expect(kept(memory)).toEqual([true, true, true, true]);
    memory.apply({ kind: 'brk', end: HEAP + 4 * 4096 });
    memory.apply({ kind: 'brk', end: HEAP + 4097 });
    expect(kept(memory)).toEqual([true, true, false, false]);
  });

  it('starts anew with another program', () => {
    const memory = model();
    memory.apply({ kind: 'exec' });
    expect(kept(memory)).toEqual([false, false, false, false]);
  });

  it('is the child’s own after a fork', () => {
    const parent = model();
    const child = parent.fork();
    child.store(HEAP, 1, 7);
    parent.store(HEAP + 4096, 1, 8);
    expect([parent.byte(HEAP), child.byte(HEAP)]).toEqual([1, 7]);
    expect([parent.byte(HEAP + 4096), child.byte(HEAP + 4096)]).toEqual([8, 1]);
  });
});
