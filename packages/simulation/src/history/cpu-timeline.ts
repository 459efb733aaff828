// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import { Spans, type Span } from './spans.js';

/** What a host CPU is at: the number of its guest, or one of the following. */
export type CpuOccupation = number | 'idle' | 'offline';

/** Which guest was on which host CPU, for each of them in order of time. */
export interface CpuTimelineDocument {
  /** Spans shorter than this may have been made one; 0 for none. In cycles. */
  readonly resolution: number;
  /** For each host CPU which guest it was in, span after span. */
  readonly cpus: readonly (readonly Span<CpuOccupation>[])[];
}

/** Which guest is on which host CPU, from its messages. */
export class CpuTimeline {
  readonly #spans: Spans<CpuOccupation>;

  constructor(cpus: number, most: number) {
    this.#spans = new Spans(cpus, most);
    for (let cpu = 0; cpu < cpus; cpu++) this.#spans.change(cpu, 0, 'idle');
  }

  /** A message is about to be handled. */
  observe({ time, message: { topic, cpu, guest } }: Envelope): void {
    switch (topic) {
      case 'run-vcpu':
        this.#change(cpu, time, guest);
        break;
      case 'cpu-idle':
      case 'cpu-online':
        this.#change(cpu, time, 'idle');
        break;
      case 'cpu-offline':
        this.#change(cpu, time, 'offline');
        break;
      default:
    }
  }

  document(end: number): CpuTimelineDocument {
    return { resolution: this.#spans.resolution, cpus: this.#spans.list(end) };
  }

  #change(cpu: number, time: number, value: CpuOccupation): void {
    if (this.#spans.current(cpu) !== value) this.#spans.change(cpu, time, value);
  }
}
