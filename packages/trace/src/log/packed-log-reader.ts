// SPDX-License-Identifier: GPL-2.0-or-later
import { lineText } from '../lackey-line.js';
import { ENDS_WITHIN_64_BITS } from '../lackey-decoder.js';
import { AccessesBlock } from '../packed/accesses-block.js';
import type { PlacedCall } from '../packed/accesses-block.js';
import { BlockReader } from '../packed/block-reader.js';
import { BlockKind } from '../packed/format.js';
import { LogSequence } from '../packed/log-sequence.js';
import { PackedPlace } from '../packed/packed-place.js';
import { PacketCheck } from '../packed/packet-check.js';
import { PacketCursor } from '../packed/packet-cursor.js';
import { parseBareOutcome, parseSystemCallLine } from '../system-call-text.js';
import type { LogSink } from './log-sink.js';
import type { LogReader } from './read-logs.js';

const REGION_SHIFT = 22;
const OFFSET_MASK = 0x3fffff;
const REGIONS_IN_32_BITS = 1024;

/** Tells what is in a packed trace. Addresses stay as the block has them: region and offset. */
export class PackedLogReader implements LogReader {
  readonly #sink: LogSink;
  readonly #place: PackedPlace;
  readonly #blocks: BlockReader;
  readonly #sequence: LogSequence;
  readonly #accesses: AccessesBlock;
  readonly #cursor: PacketCursor;
  readonly #check: PacketCheck;

  constructor(name: string, sink: LogSink) {
    this.#sink = sink;
    this.#place = new PackedPlace(name);
    this.#blocks = new BlockReader(this.#place);
    this.#sequence = new LogSequence(this.#place);
    this.#accesses = new AccessesBlock(this.#place);
    this.#cursor = new PacketCursor(this.#accesses, this.#place);
    this.#check = new PacketCheck(this.#accesses, this.#place);
  }

  take(chunk: Uint8Array, offset: number): number {
    if (this.#sequence.ended) this.#place.fail('the end of the file after its last block', 'more');
    return this.#blocks.take(chunk, offset);
  }

  tell(ended: boolean): void {
    if (this.#blocks.ready) this.#tellBlock();
    if (ended && !this.#sequence.ended) throw this.#place.cutOff();
  }

  #tellBlock(): void {
    const blocks = this.#blocks;
    switch (blocks.kind) {
      case BlockKind.log:
        this.#sequence.add(blocks, 0);
        this.#tellRemarks();
        break;
      case BlockKind.accesses:
        this.#tellAccesses();
        break;
      case BlockKind.logEnd:
        this.#sequence.add(blocks, 0);
        this.#sink.endLog();
        break;
      default:
        this.#sequence.add(blocks, 0);
    }
    blocks.release();
  }

  #tellRemarks(): void {
    this.#sink.startLog({ isPacked: true, isTree: this.#blocks.isTree === true });
    const lines = lineText(this.#blocks.payload, 0, this.#blocks.bytes).split('\n');
    if (lines.pop() !== '') this.#place.fail('remarks that end with a line end', 'others');
    for (const line of lines) this.#sink.remark(line);
  }

  #tellAccesses(): void {
    const { payload, bytes, records } = this.#blocks;
    const block = this.#accesses;
    block.begin(payload, bytes, records);
    const { calls, regions } = block;
    this.#sequence.add(this.#blocks, calls.length);
    const cursor = this.#cursor;
    cursor.begin();
    let next = 0;
    for (;;) {
      while (calls[next]?.record === cursor.record) this.#tellCall(calls[next++]!);
      if (cursor.done) return;
      this.#place.record = cursor.record + 1;
      this.#check.next(cursor);
      this.#tellRecord(regions);
      this.#place.record = undefined;
    }
  }

  #tellCall({ text }: PlacedCall): void {
    if (parseBareOutcome(text) === null && parseSystemCallLine(text) === null) {
      this.#place.fail('a system call or its outcome', 'other text');
    }
    this.#sink.call(text);
  }

  #tellRecord(regions: Float64Array): void {
    const { kind, address, size } = this.#cursor;
    const region = regions[address >>> REGION_SHIFT]!;
    const high = Math.floor(region / REGIONS_IN_32_BITS);
    const low = ((region << REGION_SHIFT) | (address & OFFSET_MASK)) >>> 0;
    if (high > 0xffffffff || (high === 0xffffffff && low + size > 2 ** 32)) {
      this.#place.fail(ENDS_WITHIN_64_BITS, 'one beyond');
    }
    this.#sink.record(kind, high, low, size);
  }
}
