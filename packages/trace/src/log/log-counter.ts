// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from '../access-batch.js';
import { bytesInFirstPage } from '../batch-records.js';
import { LackeyHeader } from '../lackey-header.js';
import { MODIFY } from '../lackey-tables.js';
import { latin1 } from './latin1.js';
import type { LogOrigin } from './log-sink.js';
import type { PieceMaker } from './read-logs.js';

/** What is in a log. */
export interface LogCount {
  /** Process id, parent's process id and command line, where the log tells them. */
  pid: number | undefined;
  /** The parent’s process id; undefined where the log does not tell. */
  parent: number | undefined;
  /** The command line; undefined where the log does not tell. */
  command: string | undefined;
  /** Records of each kind. */
  fetches: number;
  /** Loads. */
  loads: number;
  /** Stores. */
  stores: number;
  /** Loads that were followed by a store to the same place. */
  modifies: number;
  /** As the CPU makes them: one for each page that a record touches, two for a modify. */
  accesses: number;
  /** System calls and outcomes that stand on lines of their own. */
  calls: number;
}

/** Counts what is in logs. */
export class LogCounter implements PieceMaker<never> {
  readonly logs: LogCount[] = [];
  /** See LogOrigin. */
  isPacked = false;
  isTree = false;
  #header = new LackeyHeader();
  #log = emptyCount();

  startLog({ isPacked, isTree }: LogOrigin): void {
    this.isPacked = isPacked;
    this.isTree = isTree;
    this.#header = new LackeyHeader();
    this.#log = emptyCount();
    this.logs.push(this.#log);
  }

  remark(text: string): void {
    this.#header.add(latin1(`${text}\n`));
    const { pid, parent, command } = this.#header;
    Object.assign(this.#log, { pid, parent, command });
  }

  record(kind: number, _high: number, low: number, size: number): void {
    const log = this.#log;
    const parts = bytesInFirstPage(low, size) < size ? 2 : 1;
    log.accesses += kind === MODIFY ? 2 * parts : parts;
    if (kind === AccessKind.fetch) log.fetches++;
    else if (kind === AccessKind.load) log.loads++;
    else if (kind === AccessKind.store) log.stores++;
    else log.modifies++;
  }

  call(): void {
    this.#log.calls++;
  }

  drain(): never[] {
    return [];
  }

  endLog(): void {
    this.#header = new LackeyHeader();
  }
}

function emptyCount(): LogCount {
  const process = { pid: undefined, parent: undefined, command: undefined };
  return { ...process, fetches: 0, loads: 0, stores: 0, modifies: 0, accesses: 0, calls: 0 };
}
