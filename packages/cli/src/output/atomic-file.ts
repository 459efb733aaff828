// SPDX-License-Identifier: GPL-2.0-or-later
import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A name next to `path`, and so on the same file system, that nobody else uses. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
}

/**
 * Writes a file in one step: a reader finds the old one or the whole new one, whatever happens.
 *
 * @param data text, or bytes that are made while they are written
 * @param mode permission bits for the new file; the system's usual ones unless given
 * @throws the system's error, or what the making of the data throws; the old file is then as it was and nothing else is left behind
 */
export async function writeAtomically(
  path: string,
  data: string | AsyncIterable<Uint8Array>,
  mode?: number,
): Promise<void> {
  await replaceAtomically(path, temporaryName(path), async (file) => {
    if (mode !== undefined) await file.chmod(mode & 0o777);
    if (typeof data === 'string') await file.writeFile(data);
    else for await (const piece of data) await file.writeFile(piece);
  });
}

/**
 * The same for a file that something else writes.
 *
 * @param temporary the new file's name until it is whole: next to `path`; what has that name goes
 */
export async function replaceAtomically(
  path: string,
  temporary: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    await rm(temporary, { force: true });
    await writeWhole(temporary, write);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await write(file);
    // Without this, a power cut after the rename could leave the new name with nothing in it.
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name last too. Some systems cannot; what they do then is all there is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
