// SPDX-License-Identifier: GPL-2.0-or-later
import { lineText } from '../lackey-line.js';
import { MAX_LINE_BYTES } from '../lackey-line.js';
import {
  CALL_HEADER_BYTES,
  MAX_CALL_BYTES,
  MAX_REGIONS,
  REGION_NUMBER_BYTES,
  SECTIONS_BYTES,
} from './format.js';
import type { PackedPlace } from './packed-place.js';

/** A system call's line, and how many records of its block come before it. */
export interface PlacedCall {
  readonly record: number;
  readonly text: string;
}

/** What an ACCESSES payload holds. */
export interface AccessesBlock {
  /** Region numbers as traced (address / 4 MiB), by the block's own number. */
  readonly regions: Float64Array;
  /** In order of `record`. */
  readonly calls: readonly PlacedCall[];
  /** Where the records begin. */
  readonly start: number;
}

/**
 * Takes the payload of an ACCESSES block apart, but for its records.
 *
 *     | regions 2 | 0 2 | calls 4 | bytes of calls 4 | region numbers | calls | records |
 *
 * @throws TraceError if it does not add up.
 */
export function parseAccesses(
  payload: Uint8Array,
  bytes: number,
  records: number,
  place: PackedPlace,
): AccessesBlock {
  if (bytes < SECTIONS_BYTES)
    place.fail(`at least ${SECTIONS_BYTES} bytes of sections`, `${bytes}`);
  const view = new DataView(payload.buffer, payload.byteOffset);
  const regionCount = view.getUint16(0, true);
  const zero = view.getUint16(2, true);
  const callCount = view.getUint32(4, true);
  const callBytes = view.getUint32(8, true);
  const callsAt = SECTIONS_BYTES + regionCount * REGION_NUMBER_BYTES;
  const start = callsAt + callBytes;
  const isSound = regionCount <= MAX_REGIONS && zero === 0 && callBytes <= 2 * MAX_CALL_BYTES;
  if (!isSound || start > bytes) place.fail('sections that fit in the block', 'others');
  return {
    regions: parseRegions(view, regionCount),
    calls: parseCalls(payload, { callsAt, callCount, start, records }, place),
    start,
  };
}

function parseRegions(view: DataView, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => {
    const at = SECTIONS_BYTES + index * REGION_NUMBER_BYTES;
    return view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
  });
}

interface CallSection {
  readonly callsAt: number;
  readonly callCount: number;
  readonly start: number;
  readonly records: number;
}

function parseCalls(
  payload: Uint8Array,
  { callsAt, callCount, start, records }: CallSection,
  place: PackedPlace,
): PlacedCall[] {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const calls: PlacedCall[] = [];
  let before = 0;
  let at = callsAt;
  while (at + CALL_HEADER_BYTES <= start) {
    const record = view.getUint32(at, true);
    const length = view.getUint16(at + 4, true);
    const end = at + CALL_HEADER_BYTES + length;
    if (record < before || record > records || end > start || length > MAX_LINE_BYTES) {
      place.fail('system calls in order and within the block', `one before record ${record + 1}`);
    }
    calls.push({ record, text: lineText(payload, at + CALL_HEADER_BYTES, end) });
    before = record;
    at = end;
  }
  if (at !== start || calls.length !== callCount) {
    place.fail(`${callCount} system calls`, `${calls.length}`);
  }
  return calls;
}
