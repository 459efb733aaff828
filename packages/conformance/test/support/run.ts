// SPDX-License-Identifier: GPL-2.0-or-later
import type { Defects, Fidelity } from '@lguest-sim/mmu-host';
import {
  ConformanceMachine,
  type Operation,
  type StepResult,
  type TraceHeader,
} from '../../src/index.js';
import { Audit } from './audit.js';

/** A machine to start on, and what to do there. */
export interface Scenario {
  readonly header: TraceHeader;
  readonly steps: readonly Operation[];
}

/** What came of a sequence of operations. */
export interface Run {
  readonly machine: ConformanceMachine;
  /** Of each operation, up to a crash of the host. */
  readonly results: readonly StepResult[];
  readonly last: StepResult;
  /** Why the guest was killed, if it was. */
  readonly killed: string | undefined;
  /** Assertions of the contract that were broken on the way. */
  readonly broken: readonly number[];
}

/** Carries operations out on a fresh machine, up to the first crash of the host. */
export function run(
  { header, steps }: Scenario,
  fidelity: Fidelity,
  defects?: Partial<Defects>,
): Run {
  const machine = new ConformanceMachine(header, { fidelity, defects });
  const audit = new Audit(machine);
  const results: StepResult[] = [];
  for (const operation of steps) {
    const result = machine.step(operation);
    results.push(result);
    if (result.oops !== undefined) break;
    audit.check(operation, result);
  }
  const broken = [...audit.broken].sort((a, b) => a - b);
  return { machine, results, last: results.at(-1)!, killed: machine.killed, broken };
}

/** The same operations on a machine with the original's defects, and on one without. */
export function runBoth(scenario: Scenario): { readonly original: Run; readonly mended: Run } {
  return { original: run(scenario, 'original'), mended: run(scenario, 'mended') };
}
