// SPDX-License-Identifier: GPL-2.0-or-later
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConformanceMachine,
  HostPool,
  readTraces,
  renderMismatch,
  replay,
} from '../../src/index.js';
import type { Operation, Trace } from '../../src/index.js';
import { contentsOf } from './files.js';
import { free } from './operations.js';

/** The largest files take a few seconds, and other tests run at the same time. */
const TIMEOUT = 120_000;

/** Makes the tests that every trace file has to pass, two for each file. */
export function checkFiles(folder: string, names: readonly string[]): void {
  const hosts = new HostPool();
  describe.each(names)('%s', (name) => {
    let traces: Trace[] = [];
    beforeAll(() => {
      traces = [...readTraces(contentsOf(folder, name))];
    }, TIMEOUT);
    afterAll(() => {
      traces = [];
    });

    it('agrees with the original at every step', { timeout: TIMEOUT }, () => {
      for (const trace of traces) {
        const { passed, mismatch } = replay(trace, { hosts });
        expect(mismatch === undefined ? '' : renderMismatch(mismatch)).toBe('');
        expect(passed).toBe(true);
      }
    });

    it('crashes nothing and counts every reference when mended', { timeout: TIMEOUT }, () => {
      for (const trace of traces) {
        expect(faultsWhenMended(trace, hosts), `trace from line ${trace.line}`).toEqual([]);
      }
    });
  });
}

/** What a mended shadow MMU does wrong on a trace: crashes, wrong counts, anything left at the end. */
function faultsWhenMended(trace: Trace, hosts: HostPool): string[] {
  const machine = new ConformanceMachine(trace.header, {
    fidelity: 'mended',
    host: hosts.take(trace.header),
  });
  const faults = operationsToTheEnd(trace).flatMap((operation, index) => {
    const { oops, leaks } = machine.step(operation);
    const wrong = operation.op === 'free' ? (leaks ?? []) : machine.miscounted();
    if (oops === undefined && wrong.length === 0) return [];
    return [`operation ${index + 1}, ${operation.op}: ${oops ?? JSON.stringify(wrong)}`];
  });
  return machine.hostPages === 0 ? faults : [...faults, `${machine.hostPages} pages left`];
}

/** A trace's operations, with a `free` at the end where the original did not live to see it. */
function operationsToTheEnd({ steps }: Trace): Operation[] {
  const operations = steps.map((step) => step.operation);
  return operations.at(-1)?.op === 'free' ? operations : [...operations, free];
}
