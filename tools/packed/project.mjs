// SPDX-License-Identifier: GPL-2.0-or-later
// An empty project outside the workspace, with all packages installed from their tarballs by plain npm
// and the READMEs' examples as its sources.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readmeExamples } from './readme-examples.mjs';
import { folders, manifestOf, runTool, tarballOf } from './tarballs.mjs';

const require = createRequire(import.meta.url);
const typesOfNode = `@types/node@${require('@types/node/package.json').version}`;

/** What everybody's tsconfig.json may say: strict, modules as Node has them, no condition of ours. */
const compilerOptions = {
  strict: true,
  target: 'ES2023',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  // The packages' own declarations are held against these options too, but not the compiler's.
  skipLibCheck: false,
  skipDefaultLibCheck: true,
};

/** @returns all examples of all packages */
export const allExamples = () => folders.flatMap(readmeExamples);

/**
 * @param {string} directory of the project, empty yet
 * @param {string} tarballs where these are
 */
export function install(directory, tarballs) {
  const manifest = { name: 'somebody-else', version: '1.0.0', private: true, type: 'module' };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--engine-strict'];
  const wanted = [...folders.map((folder) => tarballOf(tarballs, folder)), typesOfNode];
  runTool('npm', ['install', ...quietly, ...wanted], directory);
}

/** @param {string} directory writes the examples and two tsconfig.json: for Node, and for a browser */
export function writeSources(directory) {
  for (const [kind, settings] of /** @type {const} */ ([
    ['node', { lib: ['ES2023'], types: ['node'] }],
    ['browser', { lib: ['ES2023', 'DOM'], types: [] }],
  ])) {
    mkdirSync(join(directory, kind));
    const examples = allExamples().filter(({ needsNode }) => needsNode === (kind === 'node'));
    for (const { name, code } of examples) writeFileSync(join(directory, kind, `${name}.ts`), code);
    const options = { ...compilerOptions, ...settings };
    writeFileSync(
      join(directory, kind, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
    );
  }
  for (const [name, specifier] of browserEntries()) {
    const code = `import * as all from '${specifier}';\nconsole.log(Object.keys(all).sort().join());\nglobalThis.all = all;\n`;
    writeFileSync(join(directory, 'browser', `${name}.js`), code);
  }
}

/**
 * Every entry of every package that has to run in a browser, whole, by the name of a file that imports it.
 * @returns {[name: string, specifier: string][]}
 */
export function browserEntries() {
  return folders
    .filter((folder) => folder !== 'cli')
    .flatMap((folder) => {
      const { name, exports } = manifestOf(folder);
      return Object.entries(exports)
        .filter(([path, target]) => typeof target === 'object' && path !== './node')
        .map(([path]) => /** @type {[string, string]} */ ([path, name + path.slice(1)]))
        .map(
          ([path, specifier]) =>
            /** @type {[string, string]} */ ([
              `all-of-${folder}${path.slice(1).replace('/', '-')}`,
              specifier,
            ]),
        );
    });
}

/**
 * Type-checks the examples against the packages' shipped types, and makes JavaScript of them.
 * @param {string} directory of the project
 * @returns {string} what the compiler has to complain about
 */
export function compile(directory) {
  const compiler = require.resolve('typescript/bin/tsc');
  return ['node', 'browser']
    .map((kind) => {
      try {
        return runTool(process.execPath, [compiler, '-p', kind], directory);
      } catch (error) {
        return String(error);
      }
    })
    .join('');
}
