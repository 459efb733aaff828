// SPDX-License-Identifier: GPL-2.0-or-later
import { close, fstat, open, read } from 'node:fs';
import type { Stats } from 'node:fs';
import { promisify } from 'node:util';
import { TraceError } from '../trace-error.js';

const closeFile = promisify(close);
const openFile = promisify(open);
const readFile = promisify(read);
const statFile = promisify(fstat);

/** Descriptors that are kept open at most, but for those being read: systems often allow 1,024 in all. */
const MOST_OPEN = 256;

/** The files that are in use, by what tells them apart. */
const inUse = new Map<string, SharedFile>();
/** Those of them that are open, the one that was read longest ago first. */
const opened = new Set<SharedFile>();

/**
 * A regular file that is read from several places at once, as when a thousand guests run one trace:
 * all of them through one descriptor. While many files are in use, those that were not read for long
 * are closed, and opened again when they are.
 */
export class SharedFile {
  readonly #path: string;
  readonly #identity: string;
  #descriptor: Promise<number> | undefined;
  #users = 0;
  /** Reads under way. */
  #reads = 0;

  private constructor(path: string, identity: string) {
    this.#path = path;
    this.#identity = identity;
  }

  /** One more user of a file that was just opened. Takes over the descriptor. */
  static async use(path: string, descriptor: number, status: Stats): Promise<SharedFile> {
    const identity = identityOf(status);
    const known = inUse.get(identity);
    const file = known ?? new SharedFile(path, identity);
    inUse.set(identity, file);
    file.#users++;
    if (known !== undefined) {
      await closeFile(descriptor);
      return file;
    }
    file.#descriptor = Promise.resolve(descriptor);
    opened.add(file);
    await closeUnused();
    return file;
  }

  /**
   * Reads into the whole buffer, from a byte of the file on.
   * @returns bytes read; fewer than fit only at the end of the file
   * @throws TraceError if the file had been closed and is another one now
   */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    this.#reads++;
    try {
      opened.delete(this);
      opened.add(this);
      this.#descriptor ??= this.#reopen();
      const { bytesRead } = await readFile(
        await this.#descriptor,
        buffer,
        0,
        buffer.length,
        position,
      );
      return bytesRead;
    } finally {
      this.#reads--;
      await closeUnused();
    }
  }

  /** One user less, none of whose reads is under way. The last one closes the file. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    inUse.delete(this.#identity);
    await this.#close();
  }

  get #isIdle(): boolean {
    return this.#reads === 0;
  }

  async #reopen(): Promise<number> {
    const descriptor = await openFile(this.#path, 'r');
    if (identityOf(await statFile(descriptor)) === this.#identity) return descriptor;
    await closeFile(descriptor);
    throw new TraceError(
      'TRACE_UNREADABLE',
      this.#path,
      'expected a file that stays as it is while it is read, found that it was changed',
    );
  }

  async #close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    opened.delete(this);
    // What could not be opened again was told to whoever read it, and need not be closed.
    const number = await descriptor?.catch(() => undefined);
    if (number !== undefined) await closeFile(number);
  }

  static async closeLeastRecent(): Promise<void> {
    for (const file of opened) if (file.#isIdle) return file.#close();
  }
}

async function closeUnused(): Promise<void> {
  if (opened.size > MOST_OPEN) await SharedFile.closeLeastRecent();
}

/** What is the same as long as a file is the same and has the same content. */
function identityOf({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}
