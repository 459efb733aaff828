// SPDX-License-Identifier: GPL-2.0-or-later
import type { WriteStream } from 'node:tty';
import { formatClock, formatShort } from './numbers.js';

/** How far a run has come. */
export interface ProgressState {
  readonly accesses: number;
  readonly bytesRead: number;
  /** Undefined where nobody knows, as for a pipe. */
  readonly totalBytes: number | undefined;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;

/**
 * One line for how far a run has come.
 * @param columns the line is cut to fewer than these
 */
export function progressLine(state: ProgressState, seconds: number, columns = 80): string {
  const rate = seconds > 0 ? state.accesses / seconds : 0;
  const counts = `${formatShort(state.accesses)} accesses  ${formatShort(rate)}/s`;
  const line = `${share(state)}${counts}  ${time(state, seconds)}`;
  return line.slice(0, Math.max(0, columns - 1));
}

function share({ bytesRead, totalBytes }: ProgressState): string {
  if (totalBytes === undefined || totalBytes === 0) return '';
  const done = Math.min(1, bytesRead / totalBytes);
  const bar = '='.repeat(Math.round(done * BAR_WIDTH)).padEnd(BAR_WIDTH, '-');
  return `[${bar}] ${String(Math.floor(done * 100)).padStart(3)}%  `;
}

function time({ bytesRead, totalBytes }: ProgressState, seconds: number): string {
  if (totalBytes === undefined || bytesRead === 0) return `${formatClock(seconds)} so far`;
  const left = (seconds * Math.max(0, totalBytes - bytesRead)) / bytesRead;
  return `${formatClock(left)} left`;
}

/**
 * The progress bar on a terminal: one line, drawn over again. Written here, since the libraries for
 * it are unkept (cli-progress, progress) or bring a dozen packages for more than a line (ora, gauge),
 * and Node itself can move a terminal's cursor.
 */
export class ProgressBar {
  readonly #terminal: WriteStream;
  readonly #started = performance.now();
  #drawn = -Infinity;

  constructor(terminal: WriteStream) {
    this.#terminal = terminal;
  }

  /** Draws, unless it is too soon for anyone to see a difference. */
  draw(state: ProgressState): void {
    const now = performance.now();
    if (now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    const line = progressLine(state, (now - this.#started) / 1000, this.#terminal.columns || 80);
    this.#terminal.cursorTo(0);
    this.#terminal.write(line);
    this.#terminal.clearLine(1);
  }

  /** Leaves the terminal as if nothing had been there. */
  clear(): void {
    if (this.#drawn === -Infinity) return;
    this.#terminal.cursorTo(0);
    this.#terminal.clearLine(0);
  }
}

/** A bar on standard error if that is a terminal that can draw one. */
export function standardProgress(quiet: boolean): ProgressBar | undefined {
  const capable = process.stderr.isTTY && process.env['TERM'] !== 'dumb';
  return capable && !quiet ? new ProgressBar(process.stderr as WriteStream) : undefined;
}
