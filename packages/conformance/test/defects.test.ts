// SPDX-License-Identifier: GPL-2.0-or-later
import { defectCatalogue, type DefectName } from '@lguest-sim/mmu-host';
import { describe, expect, it } from 'vitest';
import { defectSequences, shows, type DefectSequence } from './support/defect-sequences.js';
import { run } from './support/run.js';

const sequences: [string, DefectSequence][] = Object.entries(defectSequences);

const set = (names: readonly DefectName[], value: boolean): Partial<Record<DefectName, boolean>> =>
  Object.fromEntries(names.map((name) => [name, value]));

it('every switch of the shadow MMU has a sequence that shows its defect', () => {
  const shown = new Set(sequences.map(([, { switches }]) => switches[0]));
  expect([...shown].sort()).toEqual(Object.keys(defectCatalogue).sort());
});

describe.each(sequences)('the sequence for %s', (_, sequence) => {
  const { switches, header, steps } = sequence;

  it('shows the defect in the original and not in the mended shadow MMU', () => {
    expect(shows(sequence, run(sequence, 'original'))).toBe(true);
    expect(shows(sequence, run(sequence, 'mended'))).toBe(false);
  });

  it('breaks no assertion of the contract in the mended shadow MMU', () => {
    expect(run(sequence, 'mended').broken).toEqual([]);
  });

  it('shows it no more with only that defect mended', () => {
    const mended = run(sequence, 'original', set(switches.slice(0, 1), false));
    expect(shows(sequence, mended)).toBe(false);
  });

  it('shows it with nothing else of the original left', () => {
    expect(shows(sequence, run(sequence, 'mended', set(switches, true)))).toBe(true);
  });

  it('has no operation that could be left out', () => {
    for (let left = 1; left < steps.length; left++) {
      const shorter = { header, steps: steps.filter((_step, i) => i !== left) };
      expect(shows(sequence, run(shorter, 'original')), `without operation ${left + 1}`).toBe(
        false,
      );
    }
  });
});
