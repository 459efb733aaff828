// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type * as Main from './main.js';

const bundle = fileURLToPath(new URL('./bundle/main.cjs', import.meta.url));
const codeCache = fileURLToPath(new URL('./bundle/main.cache', import.meta.url));

/** The command, loaded. */
export interface LoadedBundle {
  /** Whose `cachedDataRejected` tells whether the code cache was of use. */
  readonly script: Script;
  readonly exports: typeof Main;
}

/**
 * Loads the command's main file, with the code that V8 compiled for it at the last build. If that was
 * another version of V8, it takes no notice of it.
 *
 * @param cachedData a code cache, or null for none; the one of the last build unless given
 */
export function loadBundle(cachedData: Buffer | null = readFileSync(codeCache)): LoadedBundle {
  const source = readFileSync(bundle, 'utf8');
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: bundle, ...(cachedData && { cachedData }) });
  const require = createRequire(bundle);
  const module = new Module(bundle);
  // The parts that are loaded later refer to this file: they are to find it, not to load it again.
  require.cache[bundle] = module;
  const start = script.runInThisContext() as (...args: unknown[]) => void;
  start(module.exports, require, module, bundle, dirname(bundle));
  module.loaded = true;
  return { script, exports: module.exports as typeof Main };
}
