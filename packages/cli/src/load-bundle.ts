// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type * as Main from './main.js';

/** A file that does not begin with a dot is one of Node's own modules. */
const BESIDE = './';
const MAIN = './main.cjs';

/** The command, loaded. */
export interface LoadedBundle {
  /**
   * The files loaded so far, by name: `./main.cjs` and those that it needs at once; others come when
   * they are needed. A script's `cachedDataRejected` tells whether its code cache was of use.
   */
  readonly scripts: ReadonlyMap<string, Script>;
  readonly exports: typeof Main;
}

/**
 * Loads the command's files, with the code that V8 compiled for them at the last build. If that was
 * another version of V8, it takes no notice of it.
 *
 * @param codeCacheOf the code cache of a file by its name; that of the last build unless given
 */
export function loadBundle(
  codeCacheOf: (name: string) => Buffer | undefined = builtCodeCache,
): LoadedBundle {
  const scripts = new Map<string, Script>();
  const modules = new Map<string, { exports: unknown }>();
  const load = (name: string): unknown => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const file = pathOf(name);
    // The bundle is ASCII only, which is read as this soonest.
    const source = readFileSync(file, 'latin1');
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
    const cachedData = codeCacheOf(name);
    const script = new Script(wrapped, { filename: file, ...(cachedData && { cachedData }) });
    const module = { exports: {} };
    scripts.set(name, script);
    modules.set(name, module);
    const own = createRequire(file);
    const require = (id: string): unknown => (id.startsWith(BESIDE) ? load(id) : own(id));
    const start = script.runInThisContext() as (...args: unknown[]) => void;
    start(module.exports, Object.assign(require, own), module, file, dirname(file));
    return module.exports;
  };
  return { exports: load(MAIN) as typeof Main, scripts };
}

/** Where the code cache of a file is. */
export function codeCachePath(name: string): string {
  return pathOf(name.replace(/\.cjs$/, '.cache'));
}

function builtCodeCache(name: string): Buffer | undefined {
  const path = codeCachePath(name);
  return existsSync(path) ? readFileSync(path) : undefined;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`./bundle/${name}`, import.meta.url));
}
