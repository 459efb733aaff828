// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** This package's own traces. */
export const vectors = fileURLToPath(new URL('../../vectors/', import.meta.url));

/** All recorded traces, beside the checkout; most machines have them not. */
export const recordings = fileURLToPath(
  new URL('../../../../../shared/conformance/', import.meta.url),
);

/** Names of the trace files in a folder, in order; none if there is no such folder. */
export function traceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.ndjson(?:\.gz)?$/.test(name))
    .sort();
}

/** A trace file's contents, uncompressed. */
export function contentsOf(folder: string, name: string): Uint8Array {
  const bytes = readFileSync(`${folder}${name}`);
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** The example of the format's description, line by line. */
export function exampleLines(): string[] {
  const text = new TextDecoder().decode(contentsOf(vectors, 'example.ndjson'));
  return text.trimEnd().split('\n');
}
