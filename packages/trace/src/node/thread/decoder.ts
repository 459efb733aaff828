// SPDX-License-Identifier: GPL-2.0-or-later
// A thread that reads and decodes a trace, ahead of the one that runs it.
import { parentPort, workerData } from 'node:worker_threads';
import { AccessBatch } from '../../access-batch.js';
import type { TraceSource } from '../../trace-source.js';
import { openTrace } from '../open-trace.js';
import { BatchRing } from './batch-ring.js';
import { failureOf } from './thread-note.js';
import type { ThreadData, ThreadNote } from './thread-note.js';

const { path, options, ring: memory, notes } = workerData as ThreadData;
const ring = new BatchRing(memory);
const batch = new AccessBatch(memory.capacity);

/** Hands on what is in the batch, unless nothing is wanted any more. */
function hand(bytesRead: number, note?: ThreadNote): void {
  ring.waitForPlace();
  if (ring.isClosed) return;
  if (note !== undefined) notes.postMessage(note);
  const isLast = note?.ended === true || note?.failure !== undefined;
  if (ring.put(batch, bytesRead, note !== undefined, isLast)) parentPort!.postMessage('wake');
}

async function decode(source: TraceSource): Promise<void> {
  let bytesMoved = 0;
  // The reader has read the first batch by itself.
  await source.read(batch);
  while (!ring.isClosed) {
    if (!(await source.read(batch)))
      return hand(source.bytesRead, { events: [], moved: source.moved, ended: true });
    const { events } = batch;
    const { moved } = source;
    const bytes = moved.reduce((sum, region) => sum + region.bytes, 0);
    const isNew = bytes !== bytesMoved;
    const hasNote = isNew || events.length > 0;
    hand(source.bytesRead, hasNote ? { events, ...(isNew && { moved }) } : undefined);
    bytesMoved = bytes;
  }
}

try {
  const source = await openTrace(path, options);
  try {
    await decode(source);
  } finally {
    await source.close();
  }
} catch (error) {
  batch.clear();
  hand(0, { events: [], failure: failureOf(error) });
} finally {
  notes.close();
}
