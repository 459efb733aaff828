// SPDX-License-Identifier: GPL-2.0-or-later
import { emptyTrace } from '../chunk-source.js';
import { crc32 } from '../packed/crc32.js';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_NUMBER_MASK,
  BlockKind,
  CHECKED_HEADER_BYTES,
  END_BYTES,
  FILE_HEADER_BYTES,
  FLAG_TREE,
  LOG_END_BYTES,
  MAGIC,
  MAX_HEADER_TEXT_BYTES,
  VERSION,
} from '../packed/format.js';
import { AccessesWriter } from './accesses-writer.js';
import { latin1 } from './latin1.js';
import type { LogOrigin } from './log-sink.js';
import type { PieceMaker } from './read-logs.js';

/** Writes logs in the packed form. */
export class LogPacker implements PieceMaker<Uint8Array> {
  readonly #name: string;
  #isTree: boolean;
  #pieces: Uint8Array[] = [];
  readonly #accesses = new AccessesWriter();
  /** Remarks of the log, until its block is written. */
  #remarks: string | undefined;
  #blocks = 0;
  #logs = 0;
  #records = 0;
  #calls = 0;
  /** Records of all logs. */
  #allRecords = 0;

  /**
   * @param name for messages.
   * @param isTree whether the logs are those of one program and its children; so they are too if
   *   what is read says so.
   */
  constructor(name: string, isTree: boolean) {
    this.#name = name;
    this.#isTree = isTree;
  }

  /** What was written since the last call. */
  drain(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  startLog({ isTree }: LogOrigin): void {
    this.#isTree ||= isTree;
    if (this.#logs === 0) this.#writeFileHeader();
    this.#logs++;
    this.#records = 0;
    this.#calls = 0;
    this.#remarks = '';
  }

  remark(text: string): void {
    const remarks = this.#remarks;
    if (remarks === undefined || remarks.length + text.length >= MAX_HEADER_TEXT_BYTES) return;
    this.#remarks = `${remarks}${text}\n`;
  }

  record(kind: number, high: number, low: number, size: number): void {
    if (this.#remarks !== undefined) this.#writeRemarks();
    if (!this.#accesses.add(kind, high, low, size)) {
      this.#writeAccesses();
      this.#accesses.add(kind, high, low, size);
    }
    this.#records++;
  }

  call(text: string): void {
    if (this.#remarks !== undefined) this.#writeRemarks();
    if (!this.#accesses.addCall(text)) {
      this.#writeAccesses();
      this.#accesses.addCall(text);
    }
    this.#calls++;
  }

  endLog(): void {
    if (this.#remarks !== undefined) this.#writeRemarks();
    this.#writeAccesses();
    const totals = new DataView(new ArrayBuffer(LOG_END_BYTES));
    totals.setBigUint64(0, BigInt(this.#records), true);
    totals.setBigUint64(8, BigInt(this.#calls), true);
    this.#writeBlock(BlockKind.logEnd, 0, new Uint8Array(totals.buffer));
    this.#allRecords += this.#records;
  }

  /**
   * Writes what ends the file.
   * @throws TraceError if there was not one access.
   */
  end(): void {
    if (this.#allRecords === 0) throw emptyTrace(this.#name);
    const logs = new DataView(new ArrayBuffer(END_BYTES));
    logs.setUint32(0, this.#logs, true);
    this.#writeBlock(BlockKind.end, 0, new Uint8Array(logs.buffer));
  }

  #writeFileHeader(): void {
    const header = new Uint8Array(FILE_HEADER_BYTES);
    const view = new DataView(header.buffer);
    header.set(MAGIC);
    view.setUint16(MAGIC.length, VERSION, true);
    view.setUint16(MAGIC.length + 2, this.#isTree ? FLAG_TREE : 0, true);
    view.setInt32(CHECKED_HEADER_BYTES, crc32(header, 0, CHECKED_HEADER_BYTES), true);
    this.#pieces.push(header);
  }

  #writeRemarks(): void {
    const remarks = latin1(this.#remarks!);
    this.#remarks = undefined;
    this.#writeBlock(BlockKind.log, 0, remarks);
  }

  #writeAccesses(): void {
    const { records, isEmpty } = this.#accesses;
    if (!isEmpty) this.#writeBlock(BlockKind.accesses, records, this.#accesses.take());
  }

  #writeBlock(kind: number, records: number, payload: Uint8Array): void {
    const header = new Uint8Array(BLOCK_HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint32(0, ((this.#blocks++ & BLOCK_NUMBER_MASK) << 8) | kind, true);
    view.setUint32(4, records, true);
    view.setUint32(8, payload.length, true);
    const seed = crc32(header, 0, CHECKED_HEADER_BYTES);
    view.setInt32(CHECKED_HEADER_BYTES, crc32(payload, 0, payload.length, seed), true);
    this.#pieces.push(header, payload);
  }
}
