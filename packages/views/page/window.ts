// SPDX-License-Identifier: GPL-2.0-or-later
import { byId, element } from './dom.js';
import { count } from './numbers.js';

/** Steps of the two sliders over the whole run. */
const STEPS = 1000;

/** The window of virtual time that all plots show. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

type Listener = (window: TimeWindow) => void;

/** The one window of virtual time for all plots, with its controls at the top of the page. */
export class WindowControl {
  readonly end: number;
  readonly #listeners: Listener[] = [];
  readonly #from = slider('From', 0);
  readonly #to = slider('to', STEPS);
  readonly #output = element('output', { 'aria-live': 'polite' });
  readonly #whole = element('button', { type: 'button' }, 'Whole run');
  #window: TimeWindow;

  constructor(end: number) {
    this.end = end;
    this.#window = { from: 0, to: end };
    const read = (input: HTMLInputElement): number => (input.valueAsNumber / STEPS) * end;
    const changed = (): void => this.set({ from: read(this.#from), to: read(this.#to) });
    for (const input of [this.#from, this.#to]) input.addEventListener('input', changed);
    this.#whole.addEventListener('click', () => this.set({ from: 0, to: end }));
    byId('window').append(
      element(
        'div',
        {},
        element('label', {}, 'From', this.#from),
        element('label', {}, 'to', this.#to),
        this.#output,
        this.#whole,
      ),
    );
    this.#tell();
  }

  get window(): TimeWindow {
    return this.#window;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Shows another window; never less than a two-hundredth of the run. */
  set({ from, to }: TimeWindow): void {
    const least = this.end / 200;
    const start = Math.max(0, Math.min(from, this.end - least));
    const stop = Math.min(this.end, Math.max(to, start + least));
    if (start === this.#window.from && stop === this.#window.to) return;
    this.#window = { from: start, to: stop };
    this.#tell();
    for (const listener of this.#listeners) listener(this.#window);
  }

  /** Makes the window smaller or larger around a time. */
  zoom(factor: number, around = (this.#window.from + this.#window.to) / 2): void {
    const { from, to } = this.#window;
    this.set({ from: around - (around - from) * factor, to: around + (to - around) * factor });
  }

  #tell(): void {
    const { from, to } = this.#window;
    this.#from.value = String((from / this.end) * STEPS);
    this.#to.value = String((to / this.end) * STEPS);
    this.#output.value = `cycles ${count(from)} to ${count(to)}`;
    this.#whole.disabled = from === 0 && to === this.end;
  }
}

function slider(name: string, value: number): HTMLInputElement {
  return element('input', {
    type: 'range',
    min: '0',
    max: String(STEPS),
    value: String(value),
    'aria-label': `${name}: edge of the window of virtual time`,
  });
}
