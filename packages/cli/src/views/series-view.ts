// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import { Series } from '@lguest-sim/simulation';
import { seriesCsv } from '@lguest-sim/views';

import type { TimedResult } from '../report/result-file.js';
import type { DocumentParts, View } from './view.js';

/** Without `--every`: intervals that begin this short, in cycles, and lines up to so many. */
const FITTED = { interval: 1_000, most: 1_024 };
/** With `--every` there are more before two are made one; what they take stays within some megabytes. */
const MOST_LINES = 65_536;

/** `--series`: counts in each interval of virtual time. */
export class SeriesView implements View {
  readonly #series: Series;
  readonly #target: DocumentParts['target'];

  constructor({ simulation, request: { every }, target }: DocumentParts) {
    const options = every === undefined ? FITTED : { interval: every, most: MOST_LINES };
    this.#series = new Series(simulation.parts, options);
    this.#target = target;
  }

  observe(envelope: Envelope): void {
    this.#series.observe(envelope);
  }

  async write({ totals }: TimedResult): Promise<void> {
    await this.#target.write(seriesCsv(this.#series.document(totals.cycles)));
  }
}
