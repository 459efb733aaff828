// SPDX-License-Identifier: GPL-2.0-or-later
import { totalMeanings, type ResultDocument, type Totals } from '@lguest-sim/simulation';

/** A count in two runs. */
export interface CountDifference {
  /** As in the totals; a hypercall is `hypercalls.SET_PTE`. */
  readonly name: string;
  /** The count in the first run. */
  readonly first: number;
  /** The count in the second run. */
  readonly second: number;
  /** The second divided by the first; null if that is 0. */
  readonly ratio: number | null;
}

/** A setting that is not the same in two runs. */
export interface SettingDifference {
  /** Name of the setting. */
  readonly name: string;
  /** What the first run had. */
  readonly first: unknown;
  /** What the second run had. */
  readonly second: unknown;
}

/** Two runs side by side. */
export interface Comparison {
  /** Settings that differ. */
  readonly settings: readonly SettingDifference[];
  /** The status of each run, if it is not the same. */
  readonly status: SettingDifference | undefined;
  /** The most notable first. */
  readonly notable: readonly CountDifference[];
  /** Differences below a twentieth, and of a few only; the most notable first. */
  readonly small: readonly CountDifference[];
  /** In the order of the result document. */
  readonly same: readonly CountDifference[];
}

/** So many more or fewer of something are as good as nothing: 1 and 3 differ less than 1000 and 1500. */
const FEW = 10;

/** From this notability on a difference is notable: a ratio of 1.05, where there are many. */
const NOTABLE = Math.log(1.05);

/** Compares what two runs were and what they came to. */
export function compareResults(first: ResultDocument, second: ResultDocument): Comparison {
  const counts = countsOf(first.totals, second.totals);
  const changed = counts
    .filter((count) => count.first !== count.second)
    .sort((a, b) => notability(b) - notability(a));
  return {
    settings: settingsOf(first.config, second.config),
    status:
      first.status === second.status
        ? undefined
        : { name: 'status', first: first.status, second: second.status },
    notable: changed.filter((count) => notability(count) >= NOTABLE),
    small: changed.filter((count) => notability(count) < NOTABLE),
    same: counts.filter((count) => count.first === count.second),
  };
}

function notability({ first, second }: CountDifference): number {
  return Math.abs(Math.log((second + FEW) / (first + FEW)));
}

function countsOf(first: Totals, second: Totals): CountDifference[] {
  const plain = (Object.keys(totalMeanings) as (keyof Totals)[])
    .filter((name) => name !== 'hypercalls')
    .map((name) => difference(name, first[name] ?? 0, second[name] ?? 0));
  const calls = new Set([...Object.keys(first.hypercalls), ...Object.keys(second.hypercalls)]);
  const ofCalls = [...calls]
    .sort()
    .map((name) =>
      difference(`hypercalls.${name}`, first.hypercalls[name] ?? 0, second.hypercalls[name] ?? 0),
    );
  return [...plain, ...ofCalls];
}

function difference(name: string, first: number, second: number): CountDifference {
  return { name, first, second, ratio: first === 0 ? null : second / first };
}

function settingsOf(first: object, second: object): SettingDifference[] {
  const [one, other] = [flat(first), flat(second)];
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names]
    .map((name) => ({ name, first: one.get(name), second: other.get(name) }))
    .filter((setting) => JSON.stringify(setting.first) !== JSON.stringify(setting.second));
}

/** Settings by name, those within others as `costs.trap`; a list is one setting. */
function flat(settings: object, before = ''): Map<string, unknown> {
  const entries = Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    const path = `${before}${name}`;
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    return nested ? [...flat(value, `${path}.`)] : [[path, value] as [string, unknown]];
  });
  return new Map(entries);
}
