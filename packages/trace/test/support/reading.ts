// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AccessBatch,
  INFO_CONTINUATION,
  INFO_KIND_MASK,
  INFO_SIZE_SHIFT,
  lackeySource,
} from '../../src/index.js';
import type {
  AccessBatchOptions,
  LackeyOptions,
  MovedRegion,
  TraceEvent,
  TraceSource,
} from '../../src/index.js';

/** One access of one page, in words. */
export interface PlainAccess {
  readonly kind: number;
  readonly address: number;
  readonly size: number;
  readonly continuation: boolean;
}

/** A batch, copied. */
export interface PlainBatch {
  readonly accesses: readonly PlainAccess[];
  readonly events: readonly TraceEvent[];
}

export function plainBatch(batch: AccessBatch): PlainBatch {
  const accesses: PlainAccess[] = [];
  for (let at = 0; at < batch.length; at++) {
    const info = batch.info[at]!;
    accesses.push({
      kind: info & INFO_KIND_MASK,
      address: batch.addresses[at]!,
      size: info >>> INFO_SIZE_SHIFT,
      continuation: (info & INFO_CONTINUATION) !== 0,
    });
  }
  return { accesses, events: batch.events.map((event) => ({ ...event })) };
}

/** Reads a source to its end, and closes it. */
export async function readBatches(
  source: TraceSource,
  capacity?: number,
  options?: AccessBatchOptions,
): Promise<PlainBatch[]> {
  const batch = new AccessBatch(capacity, options);
  const batches: PlainBatch[] = [];
  try {
    while (await source.read(batch)) {
      batch.packets.writeAll(batch);
      batches.push(plainBatch(batch));
    }
  } finally {
    await source.close();
  }
  return batches;
}

/** The text in chunks that end at the given offsets, all in one buffer that is used again. */
export async function* chunked(text: string, ends: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1');
  const reused = new Uint8Array(bytes.length);
  let start = 0;
  for (const end of [...ends, bytes.length].sort((a, b) => a - b)) {
    if (end <= start || end > bytes.length) continue;
    reused.set(bytes.subarray(start, end));
    await Promise.resolve();
    yield reused.subarray(0, end - start);
    start = end;
  }
}

/** A source of the text, in one chunk unless told otherwise. */
export function textSource(
  text: string,
  options: Partial<LackeyOptions> = {},
  ends: readonly number[] = [],
): TraceSource {
  return lackeySource(chunked(text, ends), { name: 'inline.lackey', ...options });
}

/** Everything in the text, batches put together. */
export async function readText(
  text: string,
  options: Partial<LackeyOptions> = {},
): Promise<PlainBatch> {
  const batches = await readBatches(textSource(text, options));
  return {
    accesses: batches.flatMap((batch) => batch.accesses),
    events: batches.flatMap((batch) => batch.events),
  };
}

/** The accesses as they were traced: moved regions put back. */
export function putBack(
  accesses: readonly PlainAccess[],
  moved: readonly MovedRegion[],
): PlainAccess[] {
  return accesses.map((access) => {
    const region = moved.find(
      ({ to, bytes }) => access.address >= to && access.address < to + bytes,
    );
    if (region === undefined) return access;
    return { ...access, address: access.address - region.to + Number(region.from) };
  });
}

/** All accesses as one text, since comparing many objects one by one takes long. */
export function digest(accesses: readonly PlainAccess[]): string {
  return accesses
    .map(({ kind, address, size, continuation }) => `${kind} ${address} ${size} ${continuation}`)
    .join('\n');
}
