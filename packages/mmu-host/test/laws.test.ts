// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit } from './support/audit.js';
import { Expected, roughStep, starts, step, tableFaults, type Step } from './support/steps.js';
import { TestMachine, formats } from './support/test-machine.js';

/** Runs steps on a machine and lists what breaks the contract, up to the first that does. */
function faultsOf(machine: TestMachine, steps: readonly Step[]): string[] {
  const expected = new Expected();
  for (const act of steps) {
    const fault = act(machine, expected);
    const faults = [...audit(machine), ...tableFaults(machine, expected)];
    if (typeof fault === 'string') faults.push(fault);
    if (faults.length > 0) return faults;
  }
  machine.mmu.free();
  return [
    ...audit(machine),
    ...(machine.tablesInUse === 0 ? [] : [`${machine.tablesInUse} tables left`]),
  ];
}

const start = fc.constantFrom(...(Object.keys(starts) as (keyof typeof starts)[]));

/** Milliseconds; a machine that is busy with other tests takes its time. */
const PATIENCE = 60_000;

/** Where the Switcher may be. */
const switchers = [
  { where: 'the Switcher in one table', switcherAddress: 0xfff5b000 },
  { where: 'the Switcher across two tables', switcherAddress: 0xffbfc000 },
];

const machines = formats.flatMap((format) =>
  switchers.map(({ where, switcherAddress }) => ({
    name: format.name,
    where,
    format,
    switcherAddress,
  })),
);

describe.each(machines)('a mended shadow MMU, $name, $where', ({ format, switcherAddress }) => {
  const options = { format, vcpus: 3, switcherAddress };

  test.each([
    ['a guest that keeps to the rules', step],
    ['a guest that does not, and a host short of pages', roughStep],
  ])(
    'keeps the contract with %s, dead or alive',
    (_, steps) => {
      fc.assert(
        fc.property(fc.array(steps, { maxLength: 80 }), start, (list, begin) => {
          const machine = new TestMachine(options);
          machine.init();
          starts[begin](machine);
          expect(faultsOf(machine, list)).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
    PATIENCE,
  );

  test('gives everything back that a snapshot put into it', () => {
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const machine = new TestMachine(options);
      machine.init();
      starts['on three vCPUs'](machine);
      const expected = new Expected();
      for (const act of steps) act(machine, expected);
      const other = new TestMachine(options);
      other.host.restore(machine.host.snapshot());
      other.mmu.restore(machine.mmu.snapshot());
      other.tablesInUse = machine.tablesInUse;
      other.mmu.free();
      expect(other.tablesInUse).toBe(0);
      expect(audit(other)).toEqual([]);
    });
    fc.assert(property, { numRuns: 20 });
  });

  test('gives everything back when its set-up fails', () => {
    for (let limit = 0; limit < 4; limit++) {
      const machine = new TestMachine({ format });
      machine.tableLimit = limit;
      const result = machine.mmu.initGuestPagetable();
      if (result !== 0) expect(machine.tablesInUse).toBe(0);
      expect(audit(machine)).toEqual([]);
    }
  });
});
