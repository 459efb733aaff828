// SPDX-License-Identifier: GPL-2.0-or-later
import {
  deltaLists,
  deltaValues,
  type Delta,
  type DeltaList,
  type SlotState,
  type StepResult,
  type VcpuState,
} from '../format/result.js';

/** Something that only one side has, or that the sides have differently. */
export interface Difference {
  /** What it is about: `ret`, `hostPages`, `pte 1 0x10000`, ... */
  readonly about: string;
  /** As the trace has it; absent if it has nothing there. */
  readonly expected?: string | undefined;
  /** As the code under test has it; absent if it has nothing there. */
  readonly actual?: string | undefined;
}

type Value = string | number | SlotState | VcpuState;
type Entry = readonly Value[];
type List = DeltaList | 'leaks';

/** How many values at the front of a list's entry say what it is about. */
const keyLength: Readonly<Record<List, number>> = {
  slots: 1,
  vcpus: 1,
  pgd: 2,
  pmd: 3,
  pte: 2,
  refs: 1,
  mem: 1,
  leaks: 1,
};

const results = ['ret', 'killed', 'oops'] as const;

const nothing: Delta = {};

/** Compares two results. Lists are compared as sets: their order carries no meaning. */
export function sameResult(expected: StepResult, actual: StepResult): boolean {
  return (
    results.every((key) => expected[key] === actual[key]) &&
    sameList(expected.leaks, actual.leaks) &&
    sameDelta(expected.delta ?? nothing, actual.delta ?? nothing)
  );
}

function sameDelta(expected: Delta, actual: Delta): boolean {
  return (
    expected === actual ||
    (deltaValues.every((key) => expected[key] === actual[key]) &&
      deltaLists.every((key) => sameList(expected[key], actual[key])))
  );
}

function sameList(expected: readonly Entry[] = [], actual: readonly Entry[] = []): boolean {
  if (expected.length !== actual.length) return false;
  if (expected.every((entry, i) => sameEntry(entry, actual[i]!))) return true;
  // Not in the same order, then. No entry comes twice, so it is enough to find each one.
  const texts = new Set(actual.map(entryText));
  return expected.every((entry) => texts.has(entryText(entry)));
}

function sameEntry(a: Entry, b: Entry): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && valueText(a[i]!) !== valueText(b[i]!)) return false;
  }
  return a.length === b.length;
}

/** Lists everything in which two results differ. Empty if and only if `sameResult`. */
export function differences(expected: StepResult, actual: StepResult): Difference[] {
  const a = expected.delta ?? nothing;
  const b = actual.delta ?? nothing;
  return [
    ...results.flatMap((key) => differentValue(key, expected[key], actual[key])),
    ...deltaLists.flatMap((key) => differentEntries(key, a[key], b[key])),
    ...deltaValues.flatMap((key) => differentValue(key, a[key], b[key])),
    ...differentEntries('leaks', expected.leaks, actual.leaks),
  ];
}

function differentValue(
  about: string,
  expected: string | number | boolean | undefined,
  actual: string | number | boolean | undefined,
): Difference[] {
  if (expected === actual) return [];
  return [{ about, expected: expected?.toString(), actual: actual?.toString() }];
}

function differentEntries(
  list: List,
  expected: readonly Entry[] = [],
  actual: readonly Entry[] = [],
): Difference[] {
  const length = keyLength[list];
  const sides = new Map<string, { expected?: string; actual?: string }>();
  const enter = (side: 'expected' | 'actual', entry: Entry): void => {
    const about = `${list} ${entryText(entry.slice(0, length))}`;
    const both = sides.get(about) ?? {};
    sides.set(about, both);
    both[side] = entryText(entry.slice(length));
  };
  for (const entry of expected) enter('expected', entry);
  for (const entry of actual) enter('actual', entry);
  return [...sides]
    .filter(([, both]) => both.expected !== both.actual)
    .map(([about, both]) => ({ about, ...both }));
}

function entryText(entry: Entry): string {
  return entry.map(valueText).join(' ');
}

/** A slot's or vCPU's fields are written in alphabetical order, whatever order they came in. */
function valueText(value: Value): string {
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${key}=${String(field)}`)
    .join(' ');
}
