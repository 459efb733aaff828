// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from '../../access-batch.js';
import type { MovedRegion } from '../../moved-region.js';
import type { TraceSource } from '../../trace-source.js';
import type { DecoderThread } from './decoder-thread.js';

/**
 * A trace of which the first batch is read here, and all others by another thread: so that what is
 * wrong with a trace is found before anything else begins, and the thread starts while a guest boots.
 */
export class ThreadedSource implements TraceSource {
  readonly name: string;
  readonly totalBytes: number | undefined;
  readonly #own: TraceSource;
  readonly #start: (capacity: number) => DecoderThread | undefined;
  readonly #onClose: () => void;
  #thread: DecoderThread | undefined;
  #isFirst = true;
  #isHandedOver = false;
  #closed = false;

  /**
   * @param own the same trace, at its beginning.
   * @param start starts the thread for batches of so many accesses, if there may be one.
   * @param onClose is called once, when the thread has ended.
   */
  constructor(
    own: TraceSource,
    start: (capacity: number) => DecoderThread | undefined,
    onClose: () => void,
  ) {
    this.name = own.name;
    this.totalBytes = own.totalBytes;
    this.#own = own;
    this.#start = start;
    this.#onClose = onClose;
  }

  get moved(): readonly MovedRegion[] {
    return (this.#isHandedOver ? this.#thread! : this.#own).moved;
  }

  get bytesRead(): number {
    return (this.#isHandedOver ? this.#thread! : this.#own).bytesRead;
  }

  async read(batch: AccessBatch): Promise<boolean> {
    if (this.#isFirst) return await this.#readFirst(batch);
    if (this.#thread === undefined) return await this.#own.read(batch);
    batch.clear();
    const more = await this.#thread.take(batch);
    if (this.#isHandedOver || this.#closed) return more;
    this.#isHandedOver = true;
    await this.#own.close();
    return more;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#own.close();
    if (this.#thread === undefined) return;
    await this.#thread.close();
    this.#onClose();
  }

  async #readFirst(batch: AccessBatch): Promise<boolean> {
    const more = await this.#own.read(batch);
    this.#isFirst = false;
    if (more && !this.#closed) this.#thread = this.#start(batch.capacity);
    return more;
  }
}
