// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope, Message } from '@lguest-sim/bus';
import type { GuestParts } from '../run-parts.js';
import { Spans, type Span } from './spans.js';

/** What a slot holds the shadow of. */
export interface SlotContent {
  /** Process whose table it is; -1 for the guest kernel's own. */
  readonly process: number;
  /** The guest's top-level table, a gpa. */
  readonly gpgdir: number;
  /** Whether it took the place of another table. */
  readonly evicted: boolean;
}

/** What was in the slots of a guest, for each slot in order of time. */
export interface SlotTimelineDocument {
  /** Number of the guest. */
  readonly guest: number;
  /** Spans shorter than this may have been made one; 0 for none. In cycles. */
  readonly resolution: number;
  /** For each slot the table that it shadowed, span after span. */
  readonly slots: readonly (readonly Span<SlotContent>[])[];
}

/** What is in the slots of a guest, from its messages. */
export class SlotTimeline {
  readonly #machine: GuestParts;
  readonly #spans: Spans<SlotContent>;

  constructor(machine: GuestParts, most: number) {
    this.#machine = machine;
    this.#spans = new Spans(machine.mmu.slots.length, most);
  }

  /** A message to or about this guest is about to be handled. */
  observe({ time, message }: Envelope): void {
    if (message.topic === 'slot-changed') this.#take(time, message);
    else if (message.topic === 'guest-closed') this.#empty(time);
  }

  document(end: number): SlotTimelineDocument {
    const { resolution } = this.#spans;
    return { guest: this.#machine.guest, resolution, slots: this.#spans.list(end) };
  }

  #take(time: number, { slot, gpgdir, change }: Message<'slot-changed'>): void {
    if (change === 'hit') return;
    const process = this.#machine.kernel.ownerOf(gpgdir);
    this.#spans.change(slot, time, { process, gpgdir, evicted: change === 'evicted' });
  }

  #empty(time: number): void {
    this.#machine.mmu.slots.forEach((_, slot) => this.#spans.change(slot, time, undefined));
  }
}
