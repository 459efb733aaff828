// SPDX-License-Identifier: GPL-2.0-or-later
import { element } from '../dom.js';

/** What a colour means. */
export interface LegendEntry {
  readonly colour: string;
  readonly text: string;
}

/** Colours in a legend, at most; then it says how many more there are. */
const MOST = 24;

/** Says what the colours of a plot mean. */
export function legend(entries: readonly LegendEntry[]): HTMLElement {
  const items = entries.slice(0, MOST).map(({ colour, text }) => {
    const patch = element('i', { style: `background:${colour}` });
    return element('li', {}, patch, text);
  });
  const rest = entries.length - items.length;
  if (rest > 0) items.push(element('li', {}, `and ${rest} more`));
  return element('ul', { class: 'legend' }, ...items);
}
