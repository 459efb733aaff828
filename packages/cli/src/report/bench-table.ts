// SPDX-License-Identifier: GPL-2.0-or-later
import type { BenchResult } from '../bench/run-benchmarks.js';
import { formatCount } from './numbers.js';

/** What benchmarks ran on. */
export interface BenchMachine {
  readonly processor: string;
  /** Processors that a process may use. */
  readonly processors: number;
  readonly system: string;
  readonly node: string;
}

const NAME = 14;
const FIGURE = 12;
const UNIT = 11;

/** What stands above the figures. */
export function benchHeading(machine: BenchMachine, repeats: number): string {
  const { processor, processors, system, node } = machine;
  const titles = ['median', 'least', 'most'].map((title) => title.padStart(FIGURE)).join('');
  return [
    `${processors} x ${processor}, ${system}, Node ${node}`,
    `${repeats} repeats each, after one to warm up`,
    '',
    `${'benchmark'.padEnd(NAME)}${titles}  ${'unit'.padEnd(UNIT)}${'aim'.padStart(FIGURE)}`,
    '',
  ].join('\n');
}

/** A benchmark's figures, in one line. */
export function benchLine({ name, unit, aim, median, least, most }: BenchResult): string {
  const figures = [median, least, most].map((figure) => formatFigure(figure).padStart(FIGURE));
  const wanted = aim === null ? '' : `  ${formatCount(aim).padStart(FIGURE)}`;
  return (
    `${name.padEnd(NAME)}${figures.join('')}  ${unit.padEnd(UNIT)}${wanted.slice(2)}`.trimEnd() +
    '\n'
  );
}

/** A figure with three digits at least. */
function formatFigure(figure: number): string {
  return figure < 100 ? figure.toPrecision(3) : formatCount(figure);
}
