// SPDX-License-Identifier: GPL-2.0-or-later
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { packFiles } from '@lguest-sim/trace/node';
import { carriedTrace } from '../input/trace-inputs.js';
import type { BenchContext } from './benchmark.js';

/** What a line with a record begins with. */
const RECORD = /^(?:I {2}| [LSM] )/gm;

/** The carried trace, so many times in a row that it has the records that are wanted, as text. */
export async function joinedText(context: BenchContext): Promise<string> {
  return await made(context, 'joined.lackey', async (path) => {
    const text = await promisify(gunzip)(await readFile(carriedTrace));
    const copies = Math.ceil(context.records / text.toString('latin1').match(RECORD)!.length);
    await writePieces(path, Array<Uint8Array>(copies).fill(text));
  });
}

/** The same, packed. */
export async function joinedPacked(context: BenchContext): Promise<string> {
  const text = await joinedText(context);
  return await made(context, 'joined.lgt', async (path) => {
    await writePieces(path, packFiles([text]));
  });
}

/** Files that were made in a directory. */
const present = new WeakMap<BenchContext, Map<string, Promise<void>>>();

/** A file in the context's directory, made when it is first asked for. */
async function made(
  context: BenchContext,
  name: string,
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(context.directory, name);
  const files = present.get(context) ?? new Map<string, Promise<void>>();
  present.set(context, files);
  const making = files.get(name) ?? make(path);
  files.set(name, making);
  await making;
  return path;
}

async function writePieces(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const piece of pieces) await file.write(piece);
  } finally {
    await file.close();
  }
}
