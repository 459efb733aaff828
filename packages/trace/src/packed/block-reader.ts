// SPDX-License-Identifier: GPL-2.0-or-later
import { crc32 } from './crc32.js';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_NUMBER_MASK,
  BlockKind,
  CHECKED_HEADER_BYTES,
  FILE_HEADER_BYTES,
  FLAG_TREE,
  MAGIC,
  MAX_PAYLOAD_BYTES,
  MAX_RECORDS,
  VERSION,
} from './format.js';
import type { PackedPlace } from './packed-place.js';

/** Bytes behind a payload that may be read (as garbage), so that decoding need not look at each. */
const SLACK_BYTES = 16;
const FIRST_CAPACITY = 128 * 1024;

/**
 * Puts the blocks of a packed trace together from pieces of any size, and holds each against its
 * CRC-32. At most one block is held, of at most MAX_PAYLOAD_BYTES, whatever a damaged size says.
 */
export class BlockReader {
  /** Whether the file says that it holds a tree's logs; undefined until its header has arrived. */
  isTree: boolean | undefined;
  /** Whether there is a whole block, which the following tell of. */
  ready = false;
  kind = 0;
  records = 0;
  /** Bytes of payload, which are the first in `payload`. */
  bytes = 0;
  payload = new Uint8Array(FIRST_CAPACITY + SLACK_BYTES);
  /** Whether accesses are passed over: not kept, not checked. Their blocks get ready all the same. */
  skipping = false;

  readonly #place: PackedPlace;
  readonly #header = new Uint8Array(Math.max(FILE_HEADER_BYTES, BLOCK_HEADER_BYTES));
  readonly #view = new DataView(this.#header.buffer);
  /** Blocks begun. */
  #blocks = 0;
  /** Bytes of the header, and then of the payload, that have arrived. */
  #headerFilled = 0;
  #filled = 0;
  #wanted = 0;

  constructor(place: PackedPlace) {
    this.#place = place;
  }

  /** Number of the block that was begun last. */
  get number(): number {
    return this.#blocks - 1;
  }

  /** Takes bytes, not beyond the end of the block; returns how many. There must be no block ready. */
  take(chunk: Uint8Array, offset: number): number {
    let at = offset;
    if (this.#headerFilled < this.#header.length) at += this.#takeHeader(chunk, at);
    if (this.#headerFilled === this.#header.length) at += this.#takePayload(chunk, at);
    return at - offset;
  }

  /** Says that the block was used, so that the next one may follow. */
  release(): void {
    this.ready = false;
    this.#headerFilled = 0;
  }

  #takeHeader(chunk: Uint8Array, offset: number): number {
    const missing = this.#header.length - this.#headerFilled;
    const count = Math.min(missing, chunk.length - offset);
    this.#header.set(chunk.subarray(offset, offset + count), this.#headerFilled);
    this.#headerFilled += count;
    if (this.isTree === undefined) this.#checkMagic();
    if (count === missing) {
      if (this.isTree === undefined) this.#openFile();
      else this.#openBlock();
    }
    return count;
  }

  /** What is no packed trace is to be told as soon as it shows. */
  #checkMagic(): void {
    const seen = Math.min(this.#headerFilled, MAGIC.length);
    for (let at = 0; at < seen; at++) {
      if (this.#header[at] === MAGIC[at]) continue;
      const damaged = at >= 4;
      this.#place.fail(
        'the first bytes of a packed trace',
        damaged ? 'them with line ends changed, as a transfer as text does' : 'others',
      );
    }
  }

  #openFile(): void {
    const version = this.#view.getUint16(MAGIC.length, true);
    const flags = this.#view.getUint16(MAGIC.length + 2, true);
    this.#checkCrc(crc32(this.#header, 0, CHECKED_HEADER_BYTES), 'the file header');
    if (version !== VERSION || (flags & ~FLAG_TREE) !== 0) {
      throw this.#place.error(
        'TRACE_VERSION',
        `expected a packed trace of version ${VERSION}, found version ${version}, flags ${flags}`,
        'unpack it with the program that packed it, or pack the log again',
      );
    }
    this.isTree = (flags & FLAG_TREE) !== 0;
    this.#headerFilled = 0;
  }

  #openBlock(): void {
    this.#place.block = this.#blocks;
    this.#place.record = undefined;
    const first = this.#view.getUint32(0, true);
    this.kind = first & 0xff;
    this.records = this.#view.getUint32(4, true);
    this.bytes = this.#view.getUint32(8, true);
    const number = first >>> 8;
    const expected = this.#blocks & BLOCK_NUMBER_MASK;
    if (number !== expected) this.#place.fail(`block number ${expected}`, `${number}`);
    if (this.kind < BlockKind.log || this.kind > BlockKind.end) {
      this.#place.fail('a block of a known kind', `kind ${this.kind}`);
    }
    if (this.bytes > MAX_PAYLOAD_BYTES || this.records > MAX_RECORDS) {
      const most = `at most ${MAX_RECORDS} records in ${MAX_PAYLOAD_BYTES} bytes`;
      this.#place.fail(most, `${this.records} in ${this.bytes}`);
    }
    this.#blocks++;
    this.#filled = 0;
    this.#wanted = this.bytes;
    if (this.bytes + SLACK_BYTES > this.payload.length && !this.#skips) {
      this.payload = new Uint8Array(MAX_PAYLOAD_BYTES + SLACK_BYTES);
    }
  }

  get #skips(): boolean {
    return this.skipping && this.kind === BlockKind.accesses;
  }

  #takePayload(chunk: Uint8Array, offset: number): number {
    const count = Math.min(this.#wanted - this.#filled, chunk.length - offset);
    const skips = this.#skips;
    if (!skips && count > 0) this.payload.set(chunk.subarray(offset, offset + count), this.#filled);
    this.#filled += count;
    if (this.#filled === this.#wanted) {
      if (!skips) {
        const headerCrc = crc32(this.#header, 0, CHECKED_HEADER_BYTES);
        this.#checkCrc(crc32(this.payload, 0, this.bytes, headerCrc), 'the block');
      }
      this.ready = true;
    }
    return count;
  }

  #checkCrc(found: number, what: string): void {
    const expected = this.#view.getInt32(CHECKED_HEADER_BYTES, true);
    if (found === expected) return;
    const hex = (crc: number): string => `0x${(crc >>> 0).toString(16).padStart(8, '0')}`;
    this.#place.fail(
      `the CRC-32 of ${what} to be ${hex(expected)}`,
      `${hex(found)}: it is damaged`,
    );
  }
}
