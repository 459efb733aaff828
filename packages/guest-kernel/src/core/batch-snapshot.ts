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
  return {
    addresses: batch.addresses.slice(0, batch.length),
    info: batch.info.slice(0, batch.length),
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
