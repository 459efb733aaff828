// SPDX-License-Identifier: GPL-2.0-or-later
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TraceError } from '../trace-error.js';
import { fileError } from './open-file.js';

/**
 * The files of a tree: those given, or those of the one directory given.
 *
 * Of a directory's files those count whose names end in `.lackey` or `.lackey.gz`; where there is
 * none, all whose names begin with no dot. What lies in folders of it does not.
 *
 * @throws TraceError for a directory that cannot be read or holds no file.
 */
export async function treeFiles(paths: readonly string[]): Promise<string[]> {
  const [only, ...more] = paths;
  if (only === undefined) throw noLogs('a tree', 'no file was named');
  if (more.length > 0 || !(await isDirectory(only))) return [...paths];
  const names = await fileNames(only);
  const lackey = names.filter((name) => /\.lackey(?:\.gz)?$/.test(name));
  const chosen = lackey.length > 0 ? lackey : names.filter((name) => !name.startsWith('.'));
  if (chosen.length === 0) throw noLogs(only, 'found a directory without files');
  return chosen.map((name) => join(only, name));
}

async function fileNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw fileError(directory, cause);
  });
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    if (entry.isFile() || !(await isDirectory(join(directory, entry.name)))) names.push(entry.name);
  }
  return names.sort();
}

/** Whether that is a directory; what cannot be found out is none. */
export async function isDirectory(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status?.isDirectory() ?? false;
}

function noLogs(name: string, found: string): TraceError {
  return new TraceError(
    'TRACE_NOT_FOUND',
    name,
    `expected the Lackey logs of a program and its children, ${found}`,
    {
      hint: 'record with: valgrind --tool=lackey --trace-mem=yes --trace-syscalls=yes --trace-children=yes --log-file=DIR/%p.lackey PROGRAM',
    },
  );
}
