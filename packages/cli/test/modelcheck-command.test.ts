// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';

const seconds = 1000;

describe('lguest-sim modelcheck', { timeout: 60 * seconds }, () => {
  it('ends with 0 and sums up in figures where nothing is found', async () => {
    const { code, stdout, stderr } = await lguestSim(['modelcheck', '--depth', '2']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('two-level, mended: 2 slots, 2 host CPUs, 3 guest pages, depth 2');
    expect(lines[1]).toBe('depth 0: 1 state (0 with a dead guest), 0 transitions');
    expect(lines.at(-1)).toMatch(
      /^\d{4} states \(all within 2 operations\), \d{4} transitions, depth 2: no violation$/,
    );
  });

  it('ends with 1 and shows the shortest way to what is found, in hex', async () => {
    const { code, stdout } = await lguestSim(
      'modelcheck --fidelity original --paging pae --depth 3 --slots 2'.split(' '),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /switcher-mapped-is-true \(contract 17\), by \d+ transitions; the shortest way there:\n {2}1\. hypercall NEW_PGTABLE gpgdir 0x0, .*\n {2}2\. .*\n {2}3\. hypercall SET_PGD gpgdir 0x0, index 3/,
    );
    expect(stdout).toMatch(/top-index-is-checked \(contract 14\).*\n {2}1\. hypercall SET_PGD/);
    expect(stdout).toMatch(/depth 3: \d kinds of violations\n$/);
  });

  it('ends with 1 where there are more states than it may look at', async () => {
    const { code, stdout } = await lguestSim(['modelcheck', '--states', '100']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/stopped at 100, depth 2 not complete.*no violation\n$/);
  });
});
