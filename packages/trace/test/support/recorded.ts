// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Recorded traces are no part of the repository: they lie next to it, where they are at all. */
const FOLDER = fileURLToPath(new URL('../../../../../shared/traces/', import.meta.url));

/** Paths of all recorded traces; none where they are absent. */
export function recordedTraces(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.lackey.gz'))
    .sort()
    .map((name) => join(FOLDER, name));
}

/** Path of one recorded trace, or undefined. */
export function recordedTrace(name: string): string | undefined {
  return recordedTraces().find((path) => path.endsWith(name));
}
