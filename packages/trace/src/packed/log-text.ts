// SPDX-License-Identifier: GPL-2.0-or-later
import { LackeyHeader } from '../lackey-header.js';
import { BlockKind } from './format.js';
import type { BlockReader } from './block-reader.js';

const NEWLINE = 0x0a;

/** The remarks at the beginning of a packed log, and what they say of the process. */
export class LogText {
  readonly header = new LackeyHeader();
  /** Lines that the remarks take. */
  lines = 0;
  #complete = false;

  /** @param block of the LOG kind: the remarks, each with its line end. */
  constructor(block: BlockReader) {
    const bytes = block.payload.subarray(0, block.bytes);
    this.header.add(bytes);
    for (const byte of bytes) if (byte === NEWLINE) this.lines++;
  }

  /**
   * Shows what follows the remarks, which tells whether the log goes on where a fork was.
   * @param firstCall the call that stands before the first record, if one does.
   */
  complete(kind: number, firstCall: string | undefined): void {
    if (this.#complete || (kind !== BlockKind.accesses && kind !== BlockKind.logEnd)) return;
    this.#complete = true;
    const line = `${firstCall ?? 'I'}\n`;
    this.header.add(Uint8Array.from(line, (character) => character.charCodeAt(0)));
  }
}
