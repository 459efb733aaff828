// SPDX-License-Identifier: GPL-2.0-or-later
// Makes of the built command one file, and of a run of it a code cache, for a quick start:
// some 250 modules take longer to find and load than a short simulation takes to run.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { codeCacheOf } from './code-cache.mjs';

const directory = fileURLToPath(new URL('../dist/bundle/', import.meta.url));

const bundle = await rolldown({
  input: fileURLToPath(new URL('../dist/main.js', import.meta.url)),
  platform: 'node',
  onLog: (level, log, report) => {
    // Of yargs' files of options, which this command has none of.
    if (log.code !== 'EMPTY_IMPORT_META') report(level, log);
  },
});
await bundle.write({
  file: `${directory}main.cjs`,
  format: 'cjs',
  codeSplitting: false,
  sourcemap: true,
  comments: { legal: true, annotation: false, jsdoc: false },
});
await bundle.close();

writeFileSync(`${directory}main.cache`, await codeCacheOf(['run', '--quiet']));
