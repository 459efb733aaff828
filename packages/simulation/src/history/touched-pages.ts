// SPDX-License-Identifier: GPL-2.0-or-later
import { Right, type Tlb } from '@lguest-sim/cpu';
import type { Envelope } from '@lguest-sim/bus';
import { PAGE_SHIFT } from '@lguest-sim/x86';
import type { RunParts } from '../run-parts.js';
import { PageHeat, type HeatDocument } from './page-heat.js';

const TIMES = { interval: 4096, most: 128 };
const MOST_ROWS = 512;

/**
 * Which pages the guests use, found out without looking at accesses: the TLB is empty when a guest is
 * entered, so what is in it when the guest is left was used in between. (Pages that had to make room
 * for others meanwhile are missed.)
 */
export class TouchedPages {
  readonly #tlbs: readonly Tlb[];
  readonly #heat = new PageHeat(TIMES, MOST_ROWS);

  constructor({ host }: RunParts) {
    this.#tlbs = host.cpus.map(({ core }) => core.mmu.tlb);
  }

  /** A message is about to be handled. */
  observe({ time, message: { topic, cpu } }: Envelope): void {
    if (topic === 'trap') this.#look(this.#tlbs[cpu]!, time);
  }

  document(end: number): HeatDocument {
    return this.#heat.document(end);
  }

  #look({ tags }: Tlb, time: number): void {
    for (let entry = 0; entry < tags.length; entry++) {
      const tag = tags[entry]!;
      if ((tag & Right.present) !== 0) this.#heat.see(tag >>> PAGE_SHIFT, time);
    }
  }
}
