// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_ACCESSES_PER_RECORD } from '../access-batch.js';
import type { AccessBatch } from '../access-batch.js';
import type { AddressMover } from '../address-mover.js';
import { writeRecord } from '../batch-records.js';
import { CallMatcher } from '../call-matcher.js';
import type { ChunkDecoder } from '../chunk-source.js';
import type { LackeyHeader } from '../lackey-header.js';
import { parseBareOutcome, parseSystemCallLine } from '../system-call-text.js';
import { AccessesBlock } from './accesses-block.js';
import type { PlacedCall } from './accesses-block.js';
import { BlockPackets } from './block-packets.js';
import { BlockReader } from './block-reader.js';
import { BlockKind } from './format.js';
import { LogSequence } from './log-sequence.js';
import { LogText } from './log-text.js';
import { PackedPlace } from './packed-place.js';
import { PacketCursor } from './packet-cursor.js';
import { RegionPlaces } from './region-places.js';

/** Which logs of a packed trace to decode. */
export type LogChoice =
  /** The only one of a trace that is no tree's. */
  | 'only'
  /** The one with this number, from 0; the others are passed over. */
  | number
  /** All; a batch then ends with each log, and may be empty. */
  | 'all';

/** Decodes the packed form into batches: as packets where the batch takes them, one by one elsewhere. */
export class PackedDecoder implements ChunkDecoder {
  finished = false;
  readonly #choice: LogChoice;
  readonly #mover: AddressMover;
  readonly #onLog: ((header: LackeyHeader) => void) | undefined;
  readonly #place: PackedPlace;
  readonly #blocks: BlockReader;
  readonly #sequence: LogSequence;
  readonly #accesses: AccessesBlock;
  readonly #packets: BlockPackets;
  readonly #cursor: PacketCursor;
  readonly #regions: RegionPlaces;
  #matcher: CallMatcher;
  #log: LogText | undefined;
  #calls: readonly PlacedCall[] = [];
  #nextCall = 0;
  /** Lines that the log had before this block's, if it were text. */
  #linesBefore = 0;
  /** Whether the block that is ready was begun. */
  #begun = false;

  /** @param onLog is told of each log that is decoded, before its first batch. */
  constructor(
    name: string,
    mover: AddressMover,
    choice: LogChoice = 'only',
    onLog?: (header: LackeyHeader) => void,
  ) {
    this.#choice = choice;
    this.#mover = mover;
    this.#onLog = onLog;
    this.#place = new PackedPlace(name);
    this.#blocks = new BlockReader(this.#place);
    this.#sequence = new LogSequence(this.#place);
    this.#regions = new RegionPlaces(mover, this.#place);
    this.#accesses = new AccessesBlock(this.#place);
    this.#packets = new BlockPackets(this.#accesses, this.#regions, this.#place);
    this.#cursor = new PacketCursor(this.#accesses, this.#place);
    this.#matcher = new CallMatcher(mover);
  }

  take(chunk: Uint8Array, offset: number): number {
    if (this.#sequence.ended) this.#place.fail('the end of the file after its last block', 'more');
    const count = this.#blocks.take(chunk, offset);
    if (this.#choice === 'only' && this.#blocks.isTree === true) throw isTree(this.#place);
    return count;
  }

  startBatch(): void {
    this.#matcher.startBatch();
  }

  decode(batch: AccessBatch, ended: boolean): boolean {
    const blocks = this.#blocks;
    if (!blocks.ready) {
      if (ended && !this.#sequence.ended) throw this.#place.cutOff();
      return false;
    }
    this.#place.block = this.#blocks.number;
    if (!this.#begun) this.#begin();
    if (!this.#decodeAccesses(batch)) return true;
    const endsLog = blocks.kind === BlockKind.logEnd && this.#isChosen;
    this.#begun = false;
    blocks.release();
    this.finished ||= endsLog && typeof this.#choice === 'number';
    return endsLog && this.#choice === 'all';
  }

  /** Whether the log that was begun is to be decoded. */
  get #isChosen(): boolean {
    return typeof this.#choice === 'string' || this.#sequence.logs - 1 === this.#choice;
  }

  #begin(): void {
    const blocks = this.#blocks;
    this.#begun = true;
    this.#calls = [];
    this.#nextCall = 0;
    if (blocks.kind === BlockKind.accesses && this.#isChosen) this.#beginAccesses();
    const looked = blocks.kind !== BlockKind.accesses || this.#isChosen;
    this.#sequence.add(blocks, looked ? this.#calls.length : undefined);
    if (blocks.kind === BlockKind.log) this.#beginLog();
    if (this.#isChosen) this.#log?.complete(blocks.kind, this.#firstLine);
  }

  /** The call before the first record of the block. */
  get #firstLine(): string | undefined {
    const [first] = this.#calls;
    return first?.record === 0 ? first.text : undefined;
  }

  #beginLog(): void {
    this.#blocks.skipping = !this.#isChosen;
    if (!this.#isChosen) return;
    this.#log = new LogText(this.#blocks);
    this.#linesBefore = this.#log.lines;
    this.#matcher = new CallMatcher(this.#mover);
    this.#matcher.startBatch();
    this.#onLog?.(this.#log.header);
  }

  #beginAccesses(): void {
    const { payload, bytes, records } = this.#blocks;
    this.#accesses.begin(payload, bytes, records);
    this.#calls = this.#accesses.calls;
    this.#packets.begin();
    this.#cursor.begin();
  }

  /**
   * Decodes what is left of the block's accesses; returns false if the batch is full before. One that
   * has packets is full at the end of their block, since what comes next lies where they lie.
   */
  #decodeAccesses(batch: AccessBatch): boolean {
    if (this.#blocks.kind !== BlockKind.accesses || !this.#isChosen) return true;
    const cursor = this.#cursor;
    const room = batch.capacity - MAX_ACCESSES_PER_RECORD + 1;
    for (;;) {
      if (batch.length >= room || batch.events.length >= batch.capacity) return false;
      const call = this.#calls[this.#nextCall];
      if (call !== undefined && call.record === cursor.record) this.#addCall(batch, call.text);
      else if (cursor.done) break;
      else if (!cursor.atStart) this.#addRecord(batch);
      else if (batch.length + this.#packets.accesses[cursor.packet]! <= room)
        this.#addPacket(batch);
      else if (batch.packets.any) return false;
      else this.#addRecord(batch);
    }
    if (batch.packets.any) return false;
    this.#linesBefore += cursor.record + this.#calls.length;
    return true;
  }

  /** Adds the whole of the next packet, which stays as it is if the batch takes packets. */
  #addPacket(batch: AccessBatch): void {
    const cursor = this.#cursor;
    const packets = this.#packets;
    const { packet } = cursor;
    packets.place(packet, cursor.record);
    if (batch.takesPackets) batch.packets.defer(packets, packet, batch);
    else batch.length = packets.write(packet, batch, batch.length);
    cursor.skipPacket();
  }

  #addRecord(batch: AccessBatch): void {
    const cursor = this.#cursor;
    const regions = this.#regions;
    cursor.next();
    this.#place.record = cursor.record;
    const { kind, size, here } = cursor;
    const address = regions.guest(cursor.address);
    const second = here < size ? regions.guest(cursor.second) : 0;
    this.#place.record = undefined;
    batch.length = writeRecord(batch, batch.length, kind, size, address, here, second);
  }

  #addCall(batch: AccessBatch, text: string): void {
    this.#nextCall++;
    const line = this.#linesBefore + this.#cursor.record + this.#nextCall;
    const outcome = parseBareOutcome(text);
    if (outcome !== null) return this.#matcher.bareOutcome(batch, outcome, line);
    const call = parseSystemCallLine(text);
    if (call === null) this.#place.fail('a system call or its outcome', 'other text');
    if (call.kind === 'call') this.#matcher.call(batch, call, line);
    else this.#matcher.result(batch, call, line);
  }
}

function isTree(place: PackedPlace): Error {
  const problem = 'expected one log, found a packed tree: the logs of a program and its children';
  return place.error('TRACE_IS_TREE', problem, 'run it with: lguest-sim run --tree FILE');
}
