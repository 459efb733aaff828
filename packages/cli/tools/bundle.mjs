// SPDX-License-Identifier: GPL-2.0-or-later
// Makes of the built command one file, and of a run of it a code cache, for a quick start:
// some 250 modules take longer to find and load than a short simulation takes to run. What few
// runs need (`import()`) are files of their own, loaded on demand.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { codeCachePath } from '../dist/load-bundle.js';
import { codeCacheOf } from './code-cache.mjs';

const directory = fileURLToPath(new URL('../dist/bundle/', import.meta.url));

/**
 * @param {string} input what it begins with
 * @param {string} file its name
 * @param {'cjs' | 'esm'} format
 */
async function write(input, file, format) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    // What the parts loaded on demand need of the main file is not to be split from it.
    preserveEntrySignatures: 'allow-extension',
    onLog: (level, log, report) => {
      // Of yargs' files of options, which this command has none of.
      if (log.code !== 'EMPTY_IMPORT_META') report(level, log);
    },
  });
  await bundle.write({
    dir: directory,
    entryFileNames: file,
    chunkFileNames: '[name].cjs',
    format,
    sourcemap: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await bundle.close();
}

rmSync(directory, { recursive: true, force: true });
await write(fileURLToPath(new URL('../dist/main.js', import.meta.url)), 'main.cjs', 'cjs');
// What a thread that decodes a trace runs: it looks for that next to the module that starts it.
const decoder = new URL('./thread/decoder.js', import.meta.resolve('@lguest-sim/trace/node'));
await write(fileURLToPath(decoder), 'decoder.js', 'esm');

for (const [name, cache] of await codeCacheOf(['run', '--quiet'])) {
  writeFileSync(codeCachePath(name), cache);
}
