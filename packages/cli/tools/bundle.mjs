// SPDX-License-Identifier: GPL-2.0-or-later
// Makes of the built command one file, and of a run of it a code cache, for a quick start:
// some 250 modules take longer to find and load than a short simulation takes to run. What few
// runs need (`import()`) are files of their own, loaded on demand.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { codeCachePath } from '../dist/load-bundle.js';
import { codeCacheOf } from './code-cache.mjs';

const directory = fileURLToPath(new URL('../dist/bundle/', import.meta.url));

/**
 * What yargs needs for help alone, and what takes long to load: both ask ICU for its tables at once. Each
 * exports one function, and becomes a file that is loaded when that is first called.
 */
const deferred = ['cliui', 'string-width'];
const FROM_YARGS = /\/yargs\/lib\/platform-shims\//;
const DEFERRED = '\0deferred:';

/** @type {import('rolldown').Plugin} */
const deferring = {
  name: 'deferring',
  resolveId(id, importer) {
    return deferred.includes(id) && FROM_YARGS.test(importer ?? '') ? DEFERRED + id : undefined;
  },
  async load(id) {
    if (!id.startsWith(DEFERRED)) return undefined;
    const name = id.slice(DEFERRED.length);
    const yargs = fileURLToPath(import.meta.resolve('yargs'));
    const real = await this.resolve(name, yargs);
    if (real === null) throw new Error(`${name}: not found beside yargs`);
    const fileName = `${name}.cjs`;
    this.emitFile({ type: 'chunk', id: real.id, fileName });
    return `let real;
      export default (...args) => (real ??= require('./${fileName}').default)(...args);`;
  },
};

/**
 * Escapes what is not ASCII in the files written, which stands in strings, patterns and comments only: so a file can
 * be read byte for byte, which takes a tenth of the time, and V8 keeps it with one byte a character.
 */
function makeAscii() {
  for (const name of readdirSync(directory).filter((file) => /\.c?js$/.test(file))) {
    const code = readFileSync(directory + name, 'utf8');
    writeFileSync(directory + name, code.replace(/[^\0-\x7f]/g, escaped));
  }
}

/** @param {string} unit a character, or half of one */
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * @param {string} input what it begins with
 * @param {string} file its name
 * @param {'cjs' | 'esm'} format
 */
async function write(input, file, format) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    plugins: [deferring],
    makeAbsoluteExternalsRelative: false,
    external: deferred.map((name) => `./${name}.cjs`),
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
makeAscii();

for (const [name, cache] of await codeCacheOf(['run', '--quiet'])) {
  writeFileSync(codeCachePath(name), cache);
}
