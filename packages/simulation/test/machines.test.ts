// SPDX-License-Identifier: GPL-2.0-or-later
import { reachableStates } from '@lguest-sim/bus';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { machines, machinesAsMarkdown } from '../src/machines.js';

describe.each(machines)('the $title machine', (description) => {
  const { machine } = description;

  it('is drawn in the architecture document as it is', async () => {
    const page = new URL('../../../docs/architecture.md', import.meta.url);
    const text = await readFile(page, 'utf8');
    // If not: node tools/draw-machines.mjs
    expect(text).toContain(machinesAsMarkdown([description]));
  });

  it('has no state that nothing leads to', () => {
    const paths = getShortestPaths(machine.machine);
    const reached = new Set(paths.map(({ state }) => JSON.stringify(state.value)));
    expect(reached.size).toBe(reachableStates(machine).size);
    expect(reached.size).toBe(Object.keys(machine.machine.states).length);
  });
});
