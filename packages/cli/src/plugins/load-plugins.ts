// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginError, PluginSet, type Plugin } from '@lguest-sim/simulation';
import { CommandError, systemReason } from '../errors.js';
import { importModule } from './import-module.js';
import type { FileDigest } from '../recording/file-digest.js';

/** A file with plug-ins, loaded. */
export interface PluginFile extends FileDigest {
  /** As given. */
  readonly path: string;
  readonly plugins: readonly Plugin[];
}

/** The plug-ins that a command was given. */
export interface LoadedPlugins {
  readonly files: readonly PluginFile[];
  /** Those of all files, and what is built in. */
  readonly set: PluginSet;
}

/** Nothing but what is built in. */
export const noPlugins: LoadedPlugins = { files: [], set: new PluginSet() };

/**
 * Loads ES modules whose default export is a plug-in or a list of them. Their code is run.
 * @throws CommandError naming the file, and the plug-in, if there is something wrong with it
 */
export async function loadPlugins(paths: readonly string[]): Promise<LoadedPlugins> {
  const files: PluginFile[] = [];
  for (const path of paths) files.push(await loadFile(path));
  return { files, set: setOf(files) };
}

async function loadFile(path: string): Promise<PluginFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw refused(path, `expected a file with plug-ins, found: ${systemReason(error)}`, error);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const found = await exportOf(path);
  const list: readonly unknown[] = Array.isArray(found) ? found : [found];
  // One that is wrong is told of its own file, and not of the first in which it does not fit.
  checked(path, list as readonly Plugin[]);
  return { path, bytes: bytes.length, sha256, plugins: list as readonly Plugin[] };
}

async function exportOf(path: string): Promise<unknown> {
  const url = pathToFileURL(resolve(path)).href;
  let module: unknown;
  try {
    module = await importModule(url);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const problem = `expected an ES module that loads, found ${text}`;
    const line = error instanceof SyntaxError ? lineOfSyntaxError(path) : lineOf(error, url);
    throw refused(`${path}${line}`, problem, error);
  }
  const { default: found } = module as { readonly default?: unknown };
  if (found !== undefined) return found;
  throw refused(path, 'expected a default export that is a plug-in or a list of them, found none');
}

/** `:LINE` in the file where something was thrown, as far as the stack tells it. */
function lineOf(error: unknown, url: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${url}:`);
  const line = at < 0 ? null : /^\d+/.exec(stack.slice(at + url.length + 1));
  return line === null ? '' : `:${line[0]}`;
}

/** The same of an error of which a stack tells nothing: Node itself does, if it is asked to look only. */
function lineOfSyntaxError(path: string): string {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
  const [, line] = /^.*:(\d+)\r?$/m.exec(stderr) ?? [];
  return line === undefined ? '' : `:${line}`;
}

/** The plug-ins of all files together: two of one name may be in different files. */
function setOf(files: readonly PluginFile[]): PluginSet {
  const path = files.map((file) => file.path).join(', ');
  return checked(
    path,
    files.flatMap(({ plugins }) => plugins),
  );
}

function checked(path: string, plugins: readonly Plugin[]): PluginSet {
  try {
    return new PluginSet(plugins);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    throw refused(path, error.message, error);
  }
}

function refused(place: string, problem: string, cause?: unknown): CommandError {
  return new CommandError('INPUT_FAILED', `${place}: ${problem}`, { cause });
}
