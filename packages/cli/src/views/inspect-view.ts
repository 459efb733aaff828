// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope, MachineTransition } from '@lguest-sim/bus';
import { Inspection } from '@lguest-sim/views';
import { LineBuffer } from '../recording/line-buffer.js';
import type { StreamParts, View } from './view.js';

/** `--inspect`: what the run's machines do, for inspectors of xstate's machines; a line each. */
export class InspectView implements View {
  readonly #output: StreamParts['output'];
  readonly #inspection = new Inspection();
  readonly #lines = new LineBuffer();
  #time = 0;

  constructor({ output }: StreamParts) {
    this.#output = output;
  }

  observe({ time }: Envelope): void {
    this.#time = time;
  }

  inspect(transition: MachineTransition): void {
    for (const event of this.#inspection.eventsOf(transition, this.#time)) {
      this.#lines.add(JSON.stringify(event));
    }
  }

  async breathe(): Promise<void> {
    for (const piece of this.#lines.take()) await this.#output.write(piece);
  }

  async write(): Promise<void> {
    await this.breathe();
    await this.#output.finish();
  }

  async abandon(): Promise<void> {
    await this.#output.abandon();
  }
}
