// SPDX-License-Identifier: GPL-2.0-or-later
import type { Comparison, CountDifference, SettingDifference } from '@lguest-sim/views';
import type { Format } from '../options/format-option.js';
import { formatCount } from './numbers.js';
import { left, right, tableLines, type Column } from './table.js';

type Rows = readonly (readonly string[])[];

/** A heading and what belongs below it. */
interface Part {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: Rows;
}

/** Two runs side by side, as text. @param names of the two */
export function comparisonText(
  comparison: Comparison,
  names: readonly [string, string],
  format: Format,
): string {
  if (format === 'json') return `${JSON.stringify({ runs: names, ...comparison }, undefined, 2)}\n`;
  const { settings, status, notable, small, same } = comparison;
  const parts = [
    settingsPart([...(status === undefined ? [] : [status]), ...settings]),
    countsPart('Notable differences', notable),
    countsPart('Small differences', small),
  ].filter(({ rows }) => rows.length > 0);
  const write = format === 'markdown' ? markdownPart : textPart;
  const unchanged = same.length === 1 ? '1 count is' : `${formatCount(same.length)} counts are`;
  const differs = parts.length === 0 ? 'Nothing differs: all ' : '';
  return [`A: ${names[0]}`, `B: ${names[1]}`, '', ...parts.flatMap(write)]
    .concat(`${differs}${unchanged} the same.`, '')
    .join('\n');
}

function settingsPart(settings: readonly SettingDifference[]): Part {
  const shown = (value: unknown): string =>
    typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
  return {
    title: 'Settings that differ',
    columns: [left('setting'), left('A'), left('B')],
    rows: settings.map(({ name, first, second }) => [name, shown(first), shown(second)]),
  };
}

function countsPart(title: string, counts: readonly CountDifference[]): Part {
  return {
    title,
    columns: [left('count'), right('A'), right('B'), right('B / A')],
    rows: counts.map(({ name, first, second, ratio }) => [
      name,
      formatCount(first),
      formatCount(second),
      ratio === null ? '-' : formatRatio(ratio),
    ]),
  };
}

/** Three digits that count, and of a ratio near 1 as many as tell it from that. */
function formatRatio(ratio: number): string {
  if (ratio >= 100) return formatCount(ratio);
  if (Math.abs(ratio - 1) < 0.01) return ratio.toFixed(6);
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(ratio >= 1 ? 2 : 3);
}

function textPart({ title, columns, rows }: Part): string[] {
  return [title, ...tableLines(columns, rows), ''];
}

function markdownPart({ title, columns, rows }: Part): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    `## ${title}`,
    '',
    line(columns.map((column) => column.title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(cell))),
    '',
  ];
}
