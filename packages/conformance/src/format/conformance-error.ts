// SPDX-License-Identifier: GPL-2.0-or-later

/** The trace cannot be read: it is not what `lguest-mmu-trace/1` says. Never a verdict on the code. */
export class ConformanceError extends Error {
  /** Line of the file, counted from 1. */
  readonly line: number;

  /**
   * @param line line of the file, counted from 1
   * @param problem what is there, and what was expected instead
   */
  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.name = 'ConformanceError';
    this.line = line;
  }
}
