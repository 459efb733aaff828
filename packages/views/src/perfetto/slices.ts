// SPDX-License-Identifier: GPL-2.0-or-later
import { microseconds, type Track, type TraceEvent } from './trace-event.js';

type Args = Readonly<Record<string, string | number>>;

interface Open {
  readonly name: string;
  readonly since: number;
  readonly args: Args | undefined;
}

/** From when to when events are wanted, in cycles. */
export interface TraceWindow {
  /** First cycle. */
  readonly from: number;
  /** First cycle behind it. */
  readonly to: number;
}

/** One track on which one thing follows another; what is outside the window is cut off. */
export class Slices {
  readonly track: Track;
  readonly #category: string;
  readonly #window: TraceWindow;
  readonly #emit: (event: TraceEvent) => void;
  #open: Open | undefined;
  /** Times go on, even where the clocks of host CPUs differ. */
  #last = 0;

  constructor(
    track: Track,
    category: string,
    window: TraceWindow,
    emit: (event: TraceEvent) => void,
  ) {
    this.track = track;
    this.#category = category;
    this.#window = window;
    this.#emit = emit;
  }

  /** What there is on the track ends, and something else begins. @param time in cycles */
  begin(time: number, name: string, args?: Args): void {
    this.end(time);
    this.#open = { name, since: Math.max(time, this.#last), args };
  }

  /** What there is on the track ends. */
  end(time: number): void {
    const open = this.#open;
    this.#last = Math.max(time, this.#last);
    if (open === undefined) return;
    this.#open = undefined;
    const { from, to } = this.#window;
    const start = Math.max(open.since, from);
    const stop = Math.min(this.#last, to);
    if (stop <= start) return;
    this.#emit({
      ph: 'X',
      name: open.name,
      cat: this.#category,
      ...this.track,
      ts: microseconds(start),
      dur: microseconds(stop - start),
      ...(open.args && { args: open.args }),
    });
  }
}
