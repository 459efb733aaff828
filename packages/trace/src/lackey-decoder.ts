// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AccessKind,
  INFO_CONTINUATION,
  INFO_SIZE_SHIFT,
  MAX_ACCESSES_PER_RECORD,
} from './access-batch.js';
import type { AccessBatch } from './access-batch.js';
import { NO_ROOM } from './address-mover.js';
import type { AddressMover } from './address-mover.js';
import type { ByteWindow } from './byte-window.js';
import { CallMatcher } from './call-matcher.js';
import {
  MAX_LINE_BYTES,
  excerpt,
  findNewline,
  lineKind,
  lineText,
  trimReturn,
} from './lackey-line.js';
import { LackeyRecord } from './lackey-record.js';
import { decodeUsualRecords } from './usual-records.js';
import { MODIFY } from './lackey-tables.js';
import { parseBareOutcome, parseSystemCallLine } from './system-call-text.js';
import { TraceError } from './trace-error.js';
import type { TraceErrorCode } from './trace-error.js';

const PAGE_BYTES = 4096;

const EXPECTED_LINE =
  'an access such as "I  08049b00,2" or " L 08049b00,4" (also S, M), a SYSCALL line or a remark ' +
  'such as "==123== text"';

/** Decodes Lackey's text into batches: the hot loop for usual records, line by line for the rest. */
export class LackeyDecoder {
  readonly #name: string;
  readonly #mover: AddressMover;
  readonly #calls: CallMatcher;
  readonly #record = new LackeyRecord();
  /** Lines read so far; while a line is being decoded, its number. */
  #line = 0;
  /** Whether the line being decoded ended with a newline. */
  #whole = true;

  constructor(name: string, mover: AddressMover) {
    this.#name = name;
    this.#mover = mover;
    this.#calls = new CallMatcher(mover);
  }

  /** To be called when the batch to decode into has been emptied. */
  startBatch(): void {
    this.#calls.startBatch();
  }

  /**
   * Decodes what is in the window, until the batch is full or no whole line is left.
   *
   * @param ended no more bytes will come, so the last line need not have a line end.
   * @returns whether the batch is full.
   * @throws TraceError
   */
  decode(window: ByteWindow, batch: AccessBatch, ended: boolean): boolean {
    const room = batch.capacity - MAX_ACCESSES_PER_RECORD + 1;
    for (;;) {
      this.#line += decodeUsualRecords(window, batch, this.#mover.deltas, room);
      if (batch.length >= room || batch.events.length >= batch.capacity) return true;
      if (!this.#decodeLine(window, batch, ended)) return false;
    }
  }

  /** Decodes one line of any kind; returns false if it has not arrived. */
  #decodeLine(window: ByteWindow, batch: AccessBatch, ended: boolean): boolean {
    const { bytes, start, end } = window;
    const newline = findNewline(bytes, start, end);
    const lineEnd = newline < 0 ? end : newline;
    if (lineEnd - start > MAX_LINE_BYTES) this.#failLong(bytes, start, lineEnd);
    if (newline < 0 && (!ended || start === end)) return false;
    this.#line++;
    this.#whole = newline >= 0;
    this.#decodeText(bytes, start, trimReturn(bytes, start, lineEnd), batch);
    window.start = newline < 0 ? end : newline + 1;
    return true;
  }

  #decodeText(bytes: Uint8Array, start: number, end: number, batch: AccessBatch): void {
    if (LackeyRecord.isRecord(bytes, start, end)) {
      const expected = this.#record.parse(bytes, start, end) ?? this.#addRecord(batch);
      if (expected !== null) this.#fail(expected, bytes, start, end);
      return;
    }
    switch (lineKind(bytes, start, end)) {
      case 'blank':
      case 'remark':
        return;
      case 'system-call':
        return this.#decodeSystemCall(bytes, start, end, batch);
      case 'outcome':
        return this.#decodeOutcome(bytes, start, end, batch);
      case 'unknown':
        return this.#fail(EXPECTED_LINE, bytes, start, end);
    }
  }

  #decodeSystemCall(bytes: Uint8Array, start: number, end: number, batch: AccessBatch): void {
    const parsed = parseSystemCallLine(lineText(bytes, start, end), this.#whole);
    if (parsed === null) {
      this.#fail('"SYSCALL[PID,TID](NUMBER) NAME ( ARGUMENTS ) --> RESULT"', bytes, start, end);
    } else if (parsed.kind === 'call') this.#calls.call(batch, parsed, this.#line);
    else this.#calls.result(batch, parsed, this.#line);
  }

  #decodeOutcome(bytes: Uint8Array, start: number, end: number, batch: AccessBatch): void {
    const outcome = parseBareOutcome(lineText(bytes, start, end));
    if (outcome === null) {
      this.#fail('" --> [HOW] Success(0xVALUE)" or Failure(0xERRNO)', bytes, start, end);
    } else this.#calls.bareOutcome(batch, outcome, this.#line);
  }

  /** Adds the record's accesses, page by page; returns what was expected where they go too far. */
  #addRecord(batch: AccessBatch): string | null {
    const { kind, high, low, size } = this.#record;
    const here = Math.min(size, PAGE_BYTES - (low & (PAGE_BYTES - 1)));
    const first = this.#place(high, low);
    let second = NO_ROOM;
    if (here < size) {
      const nextLow = (low + here) >>> 0;
      const nextHigh = nextLow === 0 ? high + 1 : high;
      if (nextHigh > 0xffffffff) return 'an access that ends within 64 bits';
      second = this.#place(nextHigh, nextLow);
    }
    push(batch, first, second, here, size, kind === MODIFY ? AccessKind.load : kind);
    if (kind === MODIFY) push(batch, first, second, here, size, AccessKind.store);
    return null;
  }

  #place(high: number, low: number): number {
    const address = this.#mover.place(high, low);
    if (address !== NO_ROOM) return address;
    const traced = (BigInt(high) << 32n) | BigInt(low);
    throw this.#error('TRACE_NO_ROOM', this.#mover.noRoomMessage(traced));
  }

  /** Fails for the line in `start` to `end`. */
  #fail(expected: string, bytes: Uint8Array, start: number, end: number): never {
    const found = excerpt(bytes, start, end);
    if (this.#whole) throw this.#error('TRACE_MALFORMED', `expected ${expected}, found ${found}`);
    throw this.#error(
      'TRACE_CUT_OFF',
      `expected ${expected}, found the end of the trace after ${found}`,
    );
  }

  #failLong(bytes: Uint8Array, start: number, end: number): never {
    this.#line++;
    this.#whole = true;
    this.#fail(`a line of at most ${MAX_LINE_BYTES} bytes`, bytes, start, end);
  }

  #error(code: TraceErrorCode, problem: string): TraceError {
    return new TraceError(code, this.#name, problem, { line: this.#line });
  }
}

/** Adds an access of `size` bytes, `here` of them at `first` and the rest, if any, at `second`. */
function push(
  batch: AccessBatch,
  first: number,
  second: number,
  here: number,
  size: number,
  kind: number,
): void {
  const { addresses, info } = batch;
  addresses[batch.length] = first;
  info[batch.length++] = (here << INFO_SIZE_SHIFT) | kind;
  if (here === size) return;
  addresses[batch.length] = second;
  info[batch.length++] = ((size - here) << INFO_SIZE_SHIFT) | INFO_CONTINUATION | kind;
}
