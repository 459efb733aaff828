// SPDX-License-Identifier: GPL-2.0-or-later
import { REGION_BYTES } from '../address-mover.js';
import { MAX_ACCESS_BYTES } from '../lackey-record.js';
import type { Columns } from './columns.js';
import { PART_DATA_BITS } from './columns.js';
import { MAX_RECORDS } from './format.js';
import { grown } from './grown.js';
import type { PackedPlace } from './packed-place.js';

const REGION_SHIFT = 22;
const OFFSET_MASK = REGION_BYTES - 1;

/**
 * The stretches of a block: fetches that lie one behind the other, and how many data records come
 * after each. Programs take the same stretches over and over, so each is there once.
 */
export class StretchTable {
  count = 0;
  /** By stretch: its first part; one more than there are stretches. */
  firstPart = new Int32Array(1);
  /** By stretch: fetches. */
  fetches = new Uint8Array(0);
  readonly #place: PackedPlace;

  constructor(place: PackedPlace) {
    this.#place = place;
  }

  /** @throws TraceError for a stretch that cannot be. */
  begin({ stretchStarts, stretchParts, parts }: Columns, regions: number): void {
    this.count = stretchStarts.length;
    if (this.count > MAX_RECORDS) this.#place.fail(`at most ${MAX_RECORDS} stretches`, 'more');
    this.firstPart = grown(this.firstPart, this.count + 1);
    this.fetches = grown(this.fetches, this.count);
    let part = 0;
    for (let stretch = 0; stretch < this.count; stretch++) {
      const end = part + stretchParts[stretch]!;
      this.firstPart[stretch] = part;
      if (end === part || end > parts.length) this.#place.fail('parts of a stretch', 'none');
      const start = stretchStarts[stretch]!;
      let offset = start & OFFSET_MASK;
      let fetches = 0;
      for (; part < end; part++) {
        const size = parts[part]! >>> PART_DATA_BITS;
        if (parts[part] === 0)
          this.#place.fail('a fetch or data in each part of a stretch', 'none');
        if (size === 0) continue;
        if (size > MAX_ACCESS_BYTES) {
          this.#place.fail(`a size of 1 to ${MAX_ACCESS_BYTES} bytes`, `${size}`);
        }
        fetches++;
        offset += size;
      }
      const leaves = fetches > 0 && (offset > REGION_BYTES || start >>> REGION_SHIFT >= regions);
      if (leaves) this.#place.fail('a stretch within a region of the block', 'another');
      this.fetches[stretch] = fetches;
    }
    this.firstPart[this.count] = part;
    if (part !== parts.length) this.#place.fail(`${part} parts of stretches`, `${parts.length}`);
  }
}
