// SPDX-License-Identifier: GPL-2.0-or-later
import { lineText } from '../lackey-line.js';
import { MAX_LINE_BYTES } from '../lackey-line.js';
import { columnsOf } from './columns.js';
import type { Columns } from './columns.js';
import {
  CALL_HEADER_BYTES,
  MAX_CALL_BYTES,
  MAX_REGIONS,
  REGION_NUMBER_BYTES,
  SECTIONS_BYTES,
} from './format.js';
import type { PackedPlace } from './packed-place.js';
import { PacketTable } from './packet-table.js';
import { StretchTable } from './stretch-table.js';

/** A system call's line, and how many records of its block come before it. */
export interface PlacedCall {
  readonly record: number;
  readonly text: string;
}

const REGION_SHIFT = 10;

/** What an ACCESSES payload holds; one block after another. */
export class AccessesBlock {
  /** Region numbers as traced (address / 4 MiB), by the block's own number. */
  regions: Float64Array = new Float64Array(0);
  /** In order of `record`; a packet never goes on behind one. */
  calls: readonly PlacedCall[] = [];
  columns!: Columns;
  readonly stretches: StretchTable;
  readonly packets: PacketTable;
  readonly #place: PackedPlace;

  constructor(place: PackedPlace) {
    this.#place = place;
    this.stretches = new StretchTable(place);
    this.packets = new PacketTable(place);
  }

  /**
   * Takes a payload apart.
   *
   *     | regions 2 | 0 2 | calls 4 | bytes of calls 4 | lengths | columns | region numbers | calls |
   *
   * @throws TraceError if it does not add up.
   */
  begin(payload: Uint8Array, bytes: number, records: number): void {
    const place = this.#place;
    if (bytes < SECTIONS_BYTES) {
      place.fail(`at least ${SECTIONS_BYTES} bytes of sections`, `${bytes}`);
    }
    const view = new DataView(payload.buffer, payload.byteOffset);
    const regionCount = view.getUint16(0, true);
    const zero = view.getUint16(2, true);
    const callCount = view.getUint32(4, true);
    const callBytes = view.getUint32(8, true);
    const found = columnsOf(payload, bytes);
    const isSound = regionCount <= MAX_REGIONS && zero === 0 && callBytes <= 2 * MAX_CALL_BYTES;
    if (found === undefined || !isSound) {
      return place.fail('sections that fit in the block', 'others');
    }
    const { columns, end } = found;
    const callsAt = end + regionCount * REGION_NUMBER_BYTES;
    if (callsAt + callBytes !== bytes) place.fail('sections that fill the block', 'others');
    this.columns = columns;
    this.regions = regionsAt(view, end, regionCount);
    for (const page of columns.pages) {
      if (page >>> REGION_SHIFT >= regionCount) {
        place.fail(`a region below ${regionCount}`, `region ${page >>> REGION_SHIFT}`);
      }
    }
    this.stretches.begin(columns, regionCount);
    this.packets.begin(columns, records);
    this.calls = callsIn(payload, { callsAt, callCount, bytes, records }, place);
    this.#checkCalls();
  }

  /** Calls stand between packets. */
  #checkCalls(): void {
    let record = 0;
    let packet = 0;
    for (const call of this.calls) {
      while (record < call.record) record += this.packets.records[packet++]!;
      if (record !== call.record) {
        this.#place.fail('system calls between packets', `one before record ${call.record + 1}`);
      }
    }
  }
}

function regionsAt(view: DataView, start: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => {
    const at = start + index * REGION_NUMBER_BYTES;
    return view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
  });
}

interface CallSection {
  readonly callsAt: number;
  readonly callCount: number;
  readonly bytes: number;
  readonly records: number;
}

function callsIn(
  payload: Uint8Array,
  { callsAt, callCount, bytes, records }: CallSection,
  place: PackedPlace,
): PlacedCall[] {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const calls: PlacedCall[] = [];
  let before = 0;
  let at = callsAt;
  while (at + CALL_HEADER_BYTES <= bytes) {
    const record = view.getUint32(at, true);
    const length = view.getUint16(at + 4, true);
    const end = at + CALL_HEADER_BYTES + length;
    if (record < before || record > records || end > bytes || length > MAX_LINE_BYTES) {
      place.fail('system calls in order and within the block', `one before record ${record + 1}`);
    }
    calls.push({ record, text: lineText(payload, at + CALL_HEADER_BYTES, end) });
    before = record;
    at = end;
  }
  if (at !== bytes || calls.length !== callCount) {
    place.fail(`${callCount} system calls`, `${calls.length}`);
  }
  return calls;
}
