// SPDX-License-Identifier: GPL-2.0-or-later
import type { DefectName, Defects } from '@lguest-sim/mmu-host';
import { ConformanceMachine, type HostPool, type StepResult, type Trace } from '../../src/index.js';
import { defectSequences, type DefectSequence } from './defect-sequences.js';

/** Something in a trace that only a defect can have made, and the operation that it shows at. */
export interface Finding {
  /** As docs/defects.md has it in its table of findings. */
  readonly kind: string;
  /** The page whose count is wrong, or nothing. */
  readonly page: string;
  /** Number of the operation, from 0. */
  readonly index: number;
}

const DROPPED = 'count below zero';

/** Every crash, every page that is held when all tables are gone, every count below zero. */
export function findingsOf(results: Iterable<StepResult>): Finding[] {
  const found = new Map<string, Finding>();
  const add = (kind: string, page: string, index: number): void => {
    const key = `${kind} ${page}`;
    if (!found.has(key)) found.set(key, { kind, page, index });
  };
  let index = 0;
  for (const { oops, delta, leaks } of results) {
    if (oops !== undefined) add(oops, '', index);
    for (const [page, count] of [...(delta?.refs ?? []), ...(leaks ?? [])]) {
      if (count < 0) add(DROPPED, page, index);
    }
    for (const [page, count] of leaks ?? []) if (count > 0) add('still held', page, index);
    index++;
  }
  return [...found.values()];
}

const sequences: [string, DefectSequence][] = Object.entries(defectSequences);

/**
 * The defect that made a finding: the first one that makes it, at the same operation, in a shadow MMU
 * in which all else is mended. Undefined if there is none.
 */
export function causesOf(
  trace: Trace,
  findings: readonly Finding[],
  hosts: HostPool,
): (string | undefined)[] {
  const causes = findings.map((): string | undefined => undefined);
  for (const [name, { switches }] of sequences) {
    if (!causes.includes(undefined)) break;
    const defects = Object.fromEntries(
      switches.map((defect): [DefectName, true] => [defect, true]),
    );
    const made = findingsOf(resultsWith(trace, defects, hosts));
    findings.forEach(({ kind, page, index }, i) => {
      const same = made.some((m) => m.kind === kind && m.page === page && m.index === index);
      if (same) causes[i] ??= name.split(',')[0];
    });
  }
  return causes;
}

/** Results of a trace's operations in a shadow MMU that has the given defects and no others. */
function* resultsWith(
  { header, steps }: Trace,
  defects: Partial<Defects>,
  hosts: HostPool,
): Generator<StepResult> {
  const host = hosts.take(header);
  const machine = new ConformanceMachine(header, { fidelity: 'mended', defects, host });
  for (const { operation } of steps) {
    const result = machine.step(operation);
    yield result;
    if (result.oops !== undefined) return;
  }
}

/** How often something was found. */
export interface Tally {
  readonly kind: string;
  readonly defect: string;
  readonly twoLevel: number;
  readonly pae: number;
}

/** Findings of many traces, counted by kind and cause. */
export function tally(traces: Iterable<Trace>, hosts: HostPool): Tally[] {
  const rows = new Map<string, Tally>();
  for (const trace of traces) {
    const findings = findingsOf(trace.steps.map((step) => step.expected));
    causesOf(trace, findings, hosts).forEach((defect = 'unknown', i) => {
      const { kind } = findings[i]!;
      const row = rows.get(`${kind} ${defect}`) ?? { kind, defect, twoLevel: 0, pae: 0 };
      const format = trace.header.pae ? 'pae' : 'twoLevel';
      rows.set(`${kind} ${defect}`, { ...row, [format]: row[format] + 1 });
    });
  }
  return [...rows.values()];
}
