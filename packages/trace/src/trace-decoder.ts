// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';
import type { AddressMover } from './address-mover.js';
import type { ChunkDecoder } from './chunk-source.js';
import { LackeyDecoder } from './lackey-decoder.js';
import { LackeyHeader } from './lackey-header.js';
import { MAGIC } from './packed/format.js';
import { PackedDecoder } from './packed/packed-decoder.js';
import type { LogChoice } from './packed/packed-decoder.js';
import { ReaderDecoder, readerFor } from './reader/reader-decoder.js';
import { HEAD_BYTES, type TraceReader } from './reader/trace-reader.js';

/** What to decode. */
export interface TraceDecoderOptions {
  readonly name: string;
  readonly mover: AddressMover;
  /** Readers of other forms, which come before those that are built in. */
  readonly readers?: readonly TraceReader[] | undefined;
  /** Which logs of a packed trace; text is always one log. */
  readonly log?: LogChoice | undefined;
  /** Is told of each log, before its first batch; the header is whole after its last. */
  readonly onLog?: ((header: LackeyHeader) => void) | undefined;
}

/** Whether bytes that begin so are a packed trace: no line of text begins with such a byte. */
export function isPacked(firstByte: number): boolean {
  return firstByte === MAGIC[0];
}

/**
 * Decodes a trace of any form: its first byte tells which of the built-in ones it is. Where there are
 * other readers, they see its first bytes before.
 */
export class TraceDecoder implements ChunkDecoder {
  readonly #options: TraceDecoderOptions;
  readonly #readers: readonly TraceReader[];
  #decoder: ChunkDecoder | undefined;
  /** What the readers are shown; what the decoder has of it already. */
  #head: Uint8Array = new Uint8Array(0);
  #headTaken = 0;

  constructor(options: TraceDecoderOptions) {
    this.#options = options;
    this.#readers = options.readers ?? [];
  }

  get format(): string | undefined {
    return this.#decoder?.format;
  }

  get finished(): boolean {
    return this.#decoder?.finished ?? false;
  }

  take(chunk: Uint8Array, offset: number): number {
    if (this.#decoder === undefined) {
      if (this.#readers.length > 0) return this.#takeHead(chunk, offset);
      this.#decoder = this.#decoderFor(chunk[offset]!);
      this.#decoder.startBatch();
    }
    return this.#decoder.take(chunk, offset);
  }

  startBatch(): void {
    this.#decoder?.startBatch();
  }

  decode(batch: AccessBatch, ended: boolean): boolean {
    if (this.#head.length > 0) return this.#decodeHead(batch, ended);
    return this.#decoder?.decode(batch, ended) ?? false;
  }

  #takeHead(chunk: Uint8Array, offset: number): number {
    const head = this.#head;
    const piece = chunk.subarray(offset, offset + HEAD_BYTES - head.length);
    this.#head = new Uint8Array(head.length + piece.length);
    this.#head.set(head);
    this.#head.set(piece, head.length);
    return piece.length;
  }

  /** Once the head is whole, finds out who decodes it, and lets them. */
  #decodeHead(batch: AccessBatch, ended: boolean): boolean {
    const head = this.#head;
    if (this.#decoder === undefined) {
      if (head.length < HEAD_BYTES && !ended) return false;
      const reader = readerFor(this.#options.name, this.#readers, head);
      this.#decoder = reader ? this.#readerDecoder(reader) : this.#decoderFor(head[0]!);
      this.#decoder.startBatch();
    }
    for (;;) {
      const isWhole = this.#headTaken === head.length;
      if (this.#decoder.decode(batch, ended && isWhole)) return true;
      if (isWhole) this.#head = new Uint8Array(0);
      if (isWhole || this.#decoder.finished) return false;
      this.#headTaken += this.#decoder.take(head, this.#headTaken);
    }
  }

  #readerDecoder(reader: TraceReader): ChunkDecoder {
    const { name, mover, onLog } = this.#options;
    const header = new LackeyHeader();
    onLog?.(header);
    return new ReaderDecoder(name, reader, mover, header);
  }

  #decoderFor(firstByte: number): ChunkDecoder {
    const { name, mover, log, onLog } = this.#options;
    if (isPacked(firstByte)) return new PackedDecoder(name, mover, log, onLog);
    const header = new LackeyHeader();
    onLog?.(header);
    return new LackeyDecoder(name, mover, onLog && header);
  }
}
