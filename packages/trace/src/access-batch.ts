// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessPackets } from './access-packets.js';
import type { TraceEvent } from './trace-event.js';

/** What an access does: bits 0 and 1 of its info word. */
export const AccessKind = { fetch: 0, load: 1, store: 2 } as const;

/** Bits 0 and 1 of an info word: the access kind. */
export const INFO_KIND_MASK = 0b11;

/** Bit 2 of an info word: the second part of an access that crosses a page. */
export const INFO_CONTINUATION = 0b100;

/** Bits 3 to 15 of an info word hold the size in bytes of this part. */
export const INFO_SIZE_SHIFT = 3;

/** Accesses in a batch, unless told otherwise: 48 KiB, which stays in a second-level cache. */
export const DEFAULT_BATCH_CAPACITY = 8192;

/** How a batch is made. */
export interface AccessBatchOptions {
  /** Whether accesses may be left in `packets`, where a trace has them so; otherwise all are written out. */
  readonly takesPackets?: boolean;
}

/** An M record that crosses a page: two loads, two stores. */
export const MAX_ACCESSES_PER_RECORD = 4;

/**
 * Decoded accesses, and the events between them, as the CPU's hot loop reads them.
 *
 *     addresses  | a0 | a1 | a2 | a3 | ...      guest-virtual, below the kernel's address
 *     info       | i0 | i1 | i2 | i3 | ...      15 ........ 3 |      2       | 1 .. 0
 *                          ^                    size in bytes | continuation |  kind
 *     events              e0 (position 2)       happens before the access at 2
 *
 * Where the batch takes packets, accesses from `packets.position` to `packets.end` are not in the
 * arrays as long as they are not written out.
 *
 * No access crosses a page. `position` and `nextEvent` are the reader's place; whoever executes the
 * batch moves them on, and saves and restores them.
 */
export class AccessBatch {
  /** Guest-virtual addresses in bytes, already moved below the kernel's address. */
  readonly addresses: Uint32Array;
  /** One info word for each address, see above. */
  readonly info: Uint16Array;
  /** In order of `position`; one may stand at `length`, after the last access. */
  readonly events: TraceEvent[] = [];
  /** Accesses that stand together and are not written out. */
  readonly packets = new AccessPackets();
  /** Whether accesses may be left in `packets`. */
  readonly takesPackets: boolean;
  /** Accesses held. */
  length = 0;
  /** Index of the next access to execute. */
  position = 0;
  /** Index of the next event to handle. */
  nextEvent = 0;

  /**
   * @param capacity accesses that fit, at least 4.
   * @throws RangeError for a smaller capacity or one that is no integer.
   */
  constructor(
    capacity = DEFAULT_BATCH_CAPACITY,
    { takesPackets = false }: AccessBatchOptions = {},
  ) {
    if (!Number.isInteger(capacity) || capacity < MAX_ACCESSES_PER_RECORD) {
      throw new RangeError(
        `a batch holds a whole number of accesses, at least ${MAX_ACCESSES_PER_RECORD}, not ${capacity}`,
      );
    }
    this.takesPackets = takesPackets;
    this.addresses = new Uint32Array(capacity);
    this.info = new Uint16Array(capacity);
  }

  /** Accesses that fit. */
  get capacity(): number {
    return this.addresses.length;
  }

  /** First position that must not be passed now: the next event's, or the end of the batch. */
  get limit(): number {
    const event = this.events[this.nextEvent];
    return event === undefined ? this.length : event.position;
  }

  /** Empties the batch. */
  clear(): void {
    this.length = 0;
    this.position = 0;
    this.nextEvent = 0;
    this.events.length = 0;
    this.packets.clear();
  }
}
