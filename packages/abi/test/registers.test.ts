// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { REGISTER_WORDS, Register, copyRegisters } from '../src/index.js';

describe('the register frame', () => {
  it('has a word for each register and no other', () => {
    const places = Object.values(Register).sort((a, b) => a - b);
    expect(places).toEqual(Array.from({ length: REGISTER_WORDS }, (_, word) => word));
  });

  it('is copied whole, and nothing besides', () => {
    const from = Int32Array.from({ length: 40 }, (_, word) => 1000 + word);
    const to = new Int32Array(40);
    copyRegisters(from, 3, to, 7);
    const copied = Array.from({ length: REGISTER_WORDS }, (_, word) => 1003 + word);
    const rest = new Array<number>(40 - 7 - REGISTER_WORDS).fill(0);
    expect([...to]).toEqual([...new Array<number>(7).fill(0), ...copied, ...rest]);
  });
});
