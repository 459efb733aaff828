// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import { PerfettoTrace, TRACE_HEAD, TRACE_TAIL, type TraceEvent } from '@lguest-sim/views';
import { LineBuffer } from '../recording/line-buffer.js';
import type { TimedResult } from '../report/result-file.js';
import type { StreamParts, View } from './view.js';

const WHOLE_RUN = { from: 0, to: Infinity };

/** `--perfetto`: a trace for Perfetto and chrome://tracing, written as the run goes on. */
export class PerfettoView implements View {
  readonly #output: StreamParts['output'];
  readonly #lines = new LineBuffer();
  readonly #trace: PerfettoTrace;
  #isFirst = true;

  constructor({ simulation, request, output }: StreamParts) {
    this.#output = output;
    this.#lines.add(TRACE_HEAD);
    const window = request.window ?? WHOLE_RUN;
    this.#trace = new PerfettoTrace(simulation.parts, window, (event) => this.#add(event));
  }

  observe(envelope: Envelope): void {
    this.#trace.observe(envelope);
  }

  async breathe(): Promise<void> {
    for (const piece of this.#lines.take()) await this.#output.write(piece);
  }

  async write({ totals }: TimedResult): Promise<void> {
    this.#trace.end(totals.cycles);
    this.#lines.add(TRACE_TAIL);
    await this.breathe();
    await this.#output.finish();
  }

  async abandon(): Promise<void> {
    await this.#output.abandon();
  }

  #add(event: TraceEvent): void {
    const line = JSON.stringify(event);
    this.#lines.add(this.#isFirst ? line : `,${line}`);
    this.#isFirst = false;
  }
}
