// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch, TraceEvent } from '@lguest-sim/trace';

/** A batch as plain data. */
export interface BatchSnapshot {
  readonly addresses: Uint32Array;
  readonly info: Uint16Array;
  readonly events: readonly TraceEvent[];
  readonly position: number;
  readonly nextEvent: number;
}

export function snapshotBatch(batch: AccessBatch): BatchSnapshot {
  batch.packets.writeAll(batch);
  const { length, position } = batch;
  return {
    // What was executed may never have been written out: only what is to come is state.
    addresses: batch.addresses.slice(0, length).fill(0, 0, position),
    info: batch.info.slice(0, length).fill(0, 0, position),
    // Events are never changed, so sharing them is as good as copying.
    events: [...batch.events],
    position: batch.position,
    nextEvent: batch.nextEvent,
  };
}

export function restoreBatch(batch: AccessBatch, snapshot: BatchSnapshot): void {
  batch.clear();
  batch.addresses.set(snapshot.addresses);
  batch.info.set(snapshot.info);
  batch.events.push(...snapshot.events);
  batch.length = snapshot.addresses.length;
  batch.position = snapshot.position;
  batch.nextEvent = snapshot.nextEvent;
}
