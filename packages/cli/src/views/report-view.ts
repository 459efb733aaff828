// SPDX-License-Identifier: GPL-2.0-or-later
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Envelope } from '@lguest-sim/bus';
import { History } from '@lguest-sim/simulation';
import { reportData, reportHtml } from '@lguest-sim/views';

import type { TimedResult } from '../report/result-file.js';
import type { DocumentParts, View } from './view.js';

/** `--report`: a page with plots. */
export class ReportView implements View {
  readonly #history: History;
  readonly #target: DocumentParts['target'];

  constructor({ simulation, target }: DocumentParts) {
    this.#history = new History(simulation.parts);
    this.#target = target;
  }

  observe(envelope: Envelope): void {
    this.#history.observe(envelope);
  }

  async write(result: TimedResult): Promise<void> {
    const path = createRequire(import.meta.url).resolve('@lguest-sim/views/report.html');
    const page = await readFile(path, 'utf8');
    await this.#target.write(reportHtml(page, reportData(result, this.#history.document())));
  }
}
