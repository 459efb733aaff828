// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { catalogue, describeViolation, type Violation } from '../src/index.js';

const entry = {
  slot: 1,
  address: 0x8049000,
  table: 0x5b00,
  index: 73,
  level: 12,
  low: 0x1c0de167,
  high: 0,
};
const violation: Violation = {
  assertion: 'no-large-or-global-page',
  contract: 10,
  guest: 2,
  entry,
  found: 'flags 0x167',
  expected: 'neither bit 7 nor bit 8',
  cause: { topic: 'set-pte', sequence: 41 },
};

describe('a violation in one line', () => {
  it('names the assertion, the entry, what was expected and the message', () => {
    expect(describeViolation(violation)).toBe(
      'no-large-or-global-page (contract 10): guest 2, slot 1, entry 73 of table 0x5b00, for ' +
        '0x8049000, is 0x1c0de167: found flags 0x167, expected neither bit 7 nor bit 8 ' +
        '(message 41, set-pte)',
    );
  });

  it('shows both words of an entry that has two', () => {
    const wide = { ...entry, high: 0x80000000 | 0 };
    expect(describeViolation({ ...violation, entry: wide })).toContain('is 0x80000000:0x1c0de167:');
  });

  it('does without entry and message where there is none', () => {
    const bare = { ...violation, entry: undefined, cause: undefined };
    expect(describeViolation(bare)).toBe(
      'no-large-or-global-page (contract 10): guest 2: found flags 0x167, expected neither bit 7 nor bit 8',
    );
  });
});

describe('the catalogue', () => {
  it('has each name once', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
  });
});
