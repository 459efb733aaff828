// SPDX-License-Identifier: GPL-2.0-or-later

import { formatCount } from './numbers.js';

/** A column's heading; numbers stand to the right. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const INDENT = '  ';
const GAP = '  ';

/** Lines of an aligned table, the headings first. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) =>
    all.reduce((widest, row) => Math.max(widest, row[index]!.length), 0),
  );
  return all.map((row) => {
    const cells = row.map((cell, index) => {
      const width = widths[index]!;
      return columns[index]!.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${INDENT}${cells.join(GAP)}`.trimEnd();
  });
}

/** Rows of a table in the summary; the result document has all of them. */
export const MOST_ROWS = 32;

export const left = (title: string): Column => ({ title, align: 'left' });
export const right = (title: string): Column => ({ title, align: 'right' });

/** How to cut a table short. */
export interface TableOptions {
  /** What the rows are about. */
  readonly what: string;
  /** Rows shown. */
  readonly most?: number;
  /** A row that is never left out. */
  readonly last?: readonly string[];
}

/** A table of a few rows, and a line that tells of those left out; nothing without rows. */
export function limitedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { what, most = MOST_ROWS, last }: TableOptions,
): string[] {
  if (rows.length === 0) return [];
  const shown = [...rows.slice(0, most), ...(last === undefined ? [] : [last])];
  return [...tableLines(columns, shown), ...restLine(rows.length, what, most)];
}

/** Tells how many of so many things are left out; nothing if none is. */
export function restLine(count: number, what: string, most = MOST_ROWS): string[] {
  return count > most ? [`  and ${formatCount(count - most)} more ${what}: see --json`] : [];
}

/** A name and what belongs to it. */
export type Pair = readonly [label: string, value: string];

/** Characters of a label and a value side by side; two such blocks fit in 80 columns. */
const LABEL_WIDTH = 18;
const VALUE_WIDTH = 16;

/** Lines of two blocks of pairs side by side; a longer left block goes on alone. */
export function pairLines(left: readonly Pair[], right: readonly Pair[]): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const blocks = [left[row], right[row]].map(formatPair);
    return `${INDENT}${blocks.join(GAP + GAP)}`.trimEnd();
  });
}

function formatPair(pair: Pair | undefined): string {
  const [label, value] = pair ?? ['', ''];
  return label.padEnd(LABEL_WIDTH) + value.padStart(VALUE_WIDTH);
}

/** A name of at most so many characters: what is left out is its beginning. */
export function shorten(name: string, most: number): string {
  return name.length <= most ? name : `…${name.slice(name.length - most + 1)}`;
}
