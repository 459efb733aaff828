// SPDX-License-Identifier: GPL-2.0-or-later

/** A header is not longer than this: two remarks of a command line's length, and some more. */
const MAX_HEADER_BYTES = 256 * 1024;

const REMARK = /^==(?:[\d:.]+ )?(\d+)==(?: (.*))?$/;

/** What the remarks at the beginning of a Lackey log say of the process. */
export class LackeyHeader {
  /** Process id; undefined where there is no remark. */
  pid: number | undefined;
  /** The parent's process id. */
  parent: number | undefined;
  /** The command line. */
  command: string | undefined;
  /** Line of the command, 1-based. */
  commandLine = 0;
  /**
   * Whether the log goes on where the parent's log shows a fork: what follows the remarks is that
   * call's outcome. A program that was executed begins with an access.
   */
  continuesFork = false;

  #text = '';
  #line = 0;
  #done = false;

  /** Takes the next piece of the log's text; pieces behind the header are passed over. */
  add(chunk: Uint8Array): void {
    if (this.#done) return;
    this.#text += latin1(chunk.subarray(0, MAX_HEADER_BYTES));
    const lines = this.#text.split('\n');
    this.#text = lines.pop()!;
    for (const line of lines) if (!this.#done) this.#take(line.trimEnd());
    if (this.#text.length > MAX_HEADER_BYTES) this.#done = true;
  }

  #take(line: string): void {
    this.#line++;
    if (line === '') return;
    const remark = REMARK.exec(line);
    if (remark === null) {
      this.continuesFork = line.startsWith(' -->');
      this.#done = true;
      return;
    }
    this.pid ??= Number(remark[1]);
    this.#takeRemark(remark[2] ?? '');
  }

  #takeRemark(text: string): void {
    const [, what, value = ''] = /^(Command|Parent PID): (.*)$/.exec(text) ?? [];
    if (what === 'Parent PID' && /^\d+$/.test(value)) this.parent ??= Number(value);
    if (what === 'Command' && this.command === undefined) {
      this.command = value;
      this.commandLine = this.#line;
    }
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
