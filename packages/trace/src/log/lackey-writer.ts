// SPDX-License-Identifier: GPL-2.0-or-later
import { LackeyHeader } from '../lackey-header.js';
import { latin1 } from './latin1.js';
import type { LogOrigin } from './log-sink.js';
import type { PieceMaker } from './read-logs.js';

/** By access kind, MODIFY last: how a record begins. */
const HEADS = ['I  ', ' L ', ' S ', ' M '] as const;

const ADDRESS_DIGITS = 8;

/** Text of one log. */
export interface LogPiece {
  /** Number of the log, from 0. */
  readonly log: number;
  /** Whether the log is one of a tree's. */
  readonly isTree: boolean;
  /** Process id, where the log tells it. */
  readonly pid: number | undefined;
  /** The next bytes of it. */
  readonly bytes: Uint8Array;
}

/** Writes logs as Lackey does. */
export class LackeyWriter implements PieceMaker<LogPiece> {
  #pieces: LogPiece[] = [];
  #text = '';
  #log = -1;
  #isTree = false;
  #header = new LackeyHeader();

  /** What was written since the last call; a log's process id is known with its first piece. */
  drain(): LogPiece[] {
    this.#flush();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  startLog({ isTree }: LogOrigin): void {
    this.#isTree = isTree;
    this.#log++;
    this.#header = new LackeyHeader();
  }

  remark(text: string): void {
    this.#header.add(latin1(`${text}\n`));
    this.#line(text);
  }

  record(kind: number, high: number, low: number, size: number): void {
    const digits = low.toString(16).padStart(ADDRESS_DIGITS, '0');
    this.#text += `${HEADS[kind]!}${high === 0 ? '' : high.toString(16)}${digits},${size}\n`;
  }

  call(text: string): void {
    this.#line(text);
  }

  endLog(): void {
    this.#flush();
  }

  /** A line's own carriage return would be taken for a part of its end, were there not another. */
  #line(text: string): void {
    this.#text += text.endsWith('\r') ? `${text}\r\n` : `${text}\n`;
  }

  #flush(): void {
    if (this.#text === '') return;
    const isTree = this.#isTree;
    this.#pieces.push({
      log: this.#log,
      isTree,
      pid: this.#header.pid,
      bytes: latin1(this.#text),
    });
    this.#text = '';
  }
}
