// SPDX-License-Identifier: GPL-2.0-or-later
import type { MessagePort } from 'node:worker_threads';
import type { MovedRegion } from '../moved-region.js';
import type { TraceEvent } from '../trace-event.js';

/** Batches that are decoded ahead of the one in use: 48 KiB each. */
export const BATCHES_AHEAD = 8;

/** To the decoder thread: decode this trace, and send its batches through the port. */
export interface OpenRequest {
  readonly path: string;
  readonly kernelAddress: number | undefined;
  readonly port: MessagePort;
}

/** Back to the decoder thread, through the port: the arrays of a batch that was used. */
export interface UsedBatch {
  readonly addresses: Uint32Array<ArrayBuffer>;
  readonly info: Uint16Array<ArrayBuffer>;
}

/** From the decoder thread, through the port: a batch, or `undefined` for an error of any kind. */
export type DecodedBatch =
  | (UsedBatch & {
      readonly length: number;
      readonly events: readonly TraceEvent[];
      /** What `TraceSource.read` returned. */
      readonly more: boolean;
      readonly bytesRead: number;
      /** Present if it has changed since the batch before. */
      readonly moved?: readonly MovedRegion[];
    })
  | undefined;
