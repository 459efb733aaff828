// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { explore, type Exploration, type ExploreOptions } from '../src/index.js';

const small: ExploreOptions = {
  fidelity: 'mended',
  paging: 'two-level',
  slots: 2,
  cpus: 2,
  pages: 3,
  depth: 3,
  audit: 'states',
  mostStates: 1e6,
};

/** What was found, with the kind of the operation and the number of steps. */
const found = ({ findings }: Exploration): string[] =>
  findings.map(({ what, kind, steps }) => `${kind}: ${what}, ${steps.length}`);

describe.each(['two-level', 'pae'] as const)('a small machine with %s paging', (paging) => {
  it('mended breaks no part of the contract, whatever is done', () => {
    const exploration = explore({ ...small, paging });
    expect(found(exploration)).toEqual([]);
    expect(exploration.states).toBeGreaterThan(10_000);
    expect(exploration).toMatchObject({ isAll: false, isCut: false });
    expect(exploration.layers).toHaveLength(4);
    expect(found(explore({ ...small, paging, depth: 2, audit: 'transitions' }))).toEqual([]);
  });

  it('as the original loses the Switcher of a table that is not current, in three steps', () => {
    const exploration = explore({ ...small, paging, fidelity: 'original' });
    expect(found(exploration)).toContain('set-pgd: switcher-mapped-is-true (contract 17), 3');
    const lost = exploration.findings.find(({ what }) => what.startsWith('switcher-path'));
    expect(lost?.steps).toEqual([
      expect.stringMatching(/^hypercall NEW_PGTABLE gpgdir 0x0, /),
      expect.stringMatching(/^hypercall NEW_PGTABLE gpgdir 0x1000, /),
      expect.stringMatching(/^hypercall SET_PGD gpgdir 0x0, index \d+ \(the Switcher’s\)$/),
    ]);
    expect(lost?.description).toMatch(/entry \d+ of table 0x[0-9a-f]+, for 0xfff5f000, is 0x0/);
  });

  it('as the original takes an index of SET_PGD that is one too large, in one step', () => {
    const exploration = explore({ ...small, paging, fidelity: 'original', depth: 1 });
    expect(found(exploration)).toContain('set-pgd: top-index-is-checked (contract 14), 1');
  });

  it('with too few pages for its tables dies, and breaks nothing', () => {
    const frames = paging === 'pae' ? 6 : 5;
    const exploration = explore({ ...small, paging, frames, depth: 2 });
    expect(found(exploration)).toEqual([]);
    const dead = explore({ ...small, paging, depth: 2 }).layers[2]!.dead;
    expect(exploration.layers[2]!.dead).toBeGreaterThan(dead);
  });
});

describe('an exploration', () => {
  it('is the same each time', () => {
    const options = { ...small, fidelity: 'original', depth: 2 } as const;
    expect(explore(options)).toEqual(explore(options));
  });

  it('finds the host’s crash by an index off the page, and says where it would be', () => {
    const { findings } = explore({ ...small, fidelity: 'original', depth: 1 });
    const crash = findings.find(({ what }) => what === 'host-crash');
    expect(crash?.description).toBe('the original crashes the host here: out of bounds');
    expect(crash?.steps).toEqual(['hypercall SET_PGD gpgdir 0x0, index 1024']);
  });

  it('stops where there are more states than were allowed, and says so', () => {
    const exploration = explore({ ...small, mostStates: 500 });
    expect(exploration).toMatchObject({ isCut: true, isAll: false });
    expect(exploration.states).toBeLessThan(700);
  });

  it('finds the same states whether it audits each of them or each transition', () => {
    const states = ({ layers }: Exploration): number[] => layers.map((layer) => layer.states);
    const each = explore({ ...small, depth: 2, audit: 'transitions' });
    expect(states(each)).toEqual(states(explore({ ...small, depth: 2 })));
  });
});
