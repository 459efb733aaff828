// SPDX-License-Identifier: GPL-2.0-or-later
import type { ByteWindow } from './byte-window.js';
import {
  MAX_LINE_BYTES,
  excerpt,
  findNewline,
  lineKind,
  lineText,
  trimReturn,
} from './lackey-line.js';
import { LackeyRecord } from './lackey-record.js';
import { parseBareOutcome, parseSystemCallLine } from './system-call-text.js';
import type { CallLine, ResultLine } from './system-call-text.js';
import { TraceError } from './trace-error.js';
import type { TraceErrorCode } from './trace-error.js';
import type { SystemCallOutcome } from './trace-event.js';

const EXPECTED_LINE =
  'an access such as "I  08049b00,2" or " L 08049b00,4" (also S, M), a SYSCALL line or a remark ' +
  'such as "==123== text"';

/** Who is told what the lines of a log are. */
export interface LackeyLineHandler {
  /** Takes a record, which the next one overwrites; returns what was expected where it goes too far. */
  record(record: LackeyRecord): string | null;
  /** Takes a SYSCALL line, taken apart and as it stands. */
  systemCall(line: CallLine | ResultLine, text: string): void;
  /** Takes an outcome that stands alone. */
  outcome(outcome: SystemCallOutcome, text: string): void;
  /** Takes a remark or a blank line, which is in the bytes from `start` to `end`. */
  remark?(bytes: Uint8Array, start: number, end: number): void;
}

/** Reads a log line by line, and says where it is malformed. */
export class LackeyLines {
  /** Lines read so far; while a line is being read, its number. */
  line = 0;
  readonly #name: string;
  readonly #handler: LackeyLineHandler;
  readonly #record = new LackeyRecord();
  /** Whether the line being read ended with a newline. */
  #whole = true;

  /** @param name the log's, for messages. */
  constructor(name: string, handler: LackeyLineHandler) {
    this.#name = name;
    this.#handler = handler;
  }

  /**
   * Reads one line of any kind.
   *
   * @param ended no more bytes will come, so the last line need not have a line end.
   * @returns false if it has not arrived.
   * @throws TraceError for a malformed one.
   */
  next(window: ByteWindow, ended: boolean): boolean {
    const { bytes, start, end } = window;
    const newline = findNewline(bytes, start, end);
    const lineEnd = newline < 0 ? end : newline;
    if (lineEnd - start > MAX_LINE_BYTES) this.#failLong(bytes, start, lineEnd);
    if (newline < 0 && (!ended || start === end)) return false;
    this.line++;
    this.#whole = newline >= 0;
    this.#read(bytes, start, trimReturn(bytes, start, lineEnd));
    window.start = newline < 0 ? end : newline + 1;
    return true;
  }

  /** An error of the line that is being read. */
  error(code: TraceErrorCode, problem: string): TraceError {
    return new TraceError(code, this.#name, problem, { line: this.line });
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    if (LackeyRecord.isRecord(bytes, start, end)) {
      const expected = this.#record.parse(bytes, start, end) ?? this.#handler.record(this.#record);
      if (expected !== null) this.#fail(expected, bytes, start, end);
      return;
    }
    switch (lineKind(bytes, start, end)) {
      case 'blank':
      case 'remark':
        return this.#handler.remark?.(bytes, start, end);
      case 'system-call':
        return this.#readSystemCall(bytes, start, end);
      case 'outcome':
        return this.#readOutcome(bytes, start, end);
      case 'unknown':
        return this.#fail(EXPECTED_LINE, bytes, start, end);
    }
  }

  #readSystemCall(bytes: Uint8Array, start: number, end: number): void {
    const text = lineText(bytes, start, end);
    const parsed = parseSystemCallLine(text, this.#whole);
    if (parsed === null) {
      this.#fail('"SYSCALL[PID,TID](NUMBER) NAME ( ARGUMENTS ) --> RESULT"', bytes, start, end);
    } else this.#handler.systemCall(parsed, text);
  }

  #readOutcome(bytes: Uint8Array, start: number, end: number): void {
    const text = lineText(bytes, start, end);
    const outcome = parseBareOutcome(text);
    if (outcome === null) {
      this.#fail('" --> [HOW] Success(0xVALUE)" or Failure(0xERRNO)', bytes, start, end);
    } else this.#handler.outcome(outcome, text);
  }

  /** Fails for the line in `start` to `end`. */
  #fail(expected: string, bytes: Uint8Array, start: number, end: number): never {
    const found = excerpt(bytes, start, end);
    if (this.#whole) throw this.error('TRACE_MALFORMED', `expected ${expected}, found ${found}`);
    throw this.error(
      'TRACE_CUT_OFF',
      `expected ${expected}, found the end of the trace after ${found}`,
    );
  }

  #failLong(bytes: Uint8Array, start: number, end: number): never {
    this.line++;
    this.#whole = true;
    this.#fail(`a line of at most ${MAX_LINE_BYTES} bytes`, bytes, start, end);
  }
}
