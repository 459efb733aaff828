// SPDX-License-Identifier: GPL-2.0-or-later
import { element } from './dom.js';
import { count } from './numbers.js';

/** A cell: a number, or text. */
export type Cell = number | string | Node;

/** A table's row; the first cell is its heading. A row of one cell heads those below it. */
export type Row = readonly Cell[];

/** A table that scrolls within its place. */
export function table(
  caption: string,
  heads: Row,
  rows: readonly Row[],
  whole = false,
): HTMLElement {
  const head = element('tr', {}, ...heads.map((cell) => headCell(cell, 'col')));
  const body = rows.map((row) => bodyRow(row, heads.length));
  const made = element(
    'table',
    { 'aria-label': caption },
    element('thead', {}, head),
    element('tbody', {}, ...body),
  );
  const place = { class: whole ? 'scroll whole' : 'scroll', tabindex: '0', role: 'region' };
  return element('div', { ...place, 'aria-label': caption }, made);
}

/** A table below a plot, made when it is opened. */
export function tableOnDemand(
  caption: string,
  make: () => readonly [heads: Row, rows: Row[]],
): HTMLElement {
  const made = element('details', {}, element('summary', {}, caption));
  made.addEventListener('toggle', () => {
    if (made.open && made.children.length === 1) made.append(table(caption, ...make()));
  });
  return made;
}

function bodyRow([first = '', ...others]: Row, columns: number): HTMLElement {
  if (others.length === 0) {
    const heading = headCell(first, 'rowgroup');
    heading.colSpan = columns;
    return element('tr', { class: 'group' }, heading);
  }
  return element('tr', {}, headCell(first, 'row'), ...others.map(bodyCell));
}

function headCell(cell: Cell, scope: string): HTMLTableCellElement {
  return element('th', { scope }, shown(cell));
}

function bodyCell(cell: Cell): HTMLElement {
  const kind = typeof cell === 'number' ? (cell === 0 ? 'zero' : '') : 'text';
  return element('td', kind === '' ? {} : { class: kind }, shown(cell));
}

function shown(cell: Cell): Node | string {
  return typeof cell === 'number' ? count(cell) : cell;
}
