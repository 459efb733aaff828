// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';
import type { AddressMover } from './address-mover.js';
import type { ChunkDecoder } from './chunk-source.js';
import { LackeyDecoder } from './lackey-decoder.js';
import { LackeyHeader } from './lackey-header.js';
import { MAGIC } from './packed/format.js';
import { PackedDecoder } from './packed/packed-decoder.js';
import type { LogChoice } from './packed/packed-decoder.js';

/** What to decode. */
export interface TraceDecoderOptions {
  readonly name: string;
  readonly mover: AddressMover;
  /** Which logs of a packed trace; text is always one log. */
  readonly log?: LogChoice | undefined;
  /** Is told of each log, before its first batch; the header is whole after its last. */
  readonly onLog?: ((header: LackeyHeader) => void) | undefined;
}

/** Whether bytes that begin so are a packed trace: no line of text begins with such a byte. */
export function isPacked(firstByte: number): boolean {
  return firstByte === MAGIC[0];
}

/** Decodes a trace of either form, which its first byte tells. */
export class TraceDecoder implements ChunkDecoder {
  readonly #options: TraceDecoderOptions;
  #decoder: ChunkDecoder | undefined;

  constructor(options: TraceDecoderOptions) {
    this.#options = options;
  }

  get finished(): boolean {
    return this.#decoder?.finished ?? false;
  }

  take(chunk: Uint8Array, offset: number): number {
    if (this.#decoder === undefined) {
      this.#decoder = this.#decoderFor(chunk[offset]!);
      this.#decoder.startBatch();
    }
    return this.#decoder.take(chunk, offset);
  }

  startBatch(): void {
    this.#decoder?.startBatch();
  }

  decode(batch: AccessBatch, ended: boolean): boolean {
    return this.#decoder?.decode(batch, ended) ?? false;
  }

  #decoderFor(firstByte: number): ChunkDecoder {
    const { name, mover, log, onLog } = this.#options;
    if (isPacked(firstByte)) return new PackedDecoder(name, mover, log, onLog);
    const header = new LackeyHeader();
    onLog?.(header);
    return new LackeyDecoder(name, mover, onLog && header);
  }
}
