// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../nx.mjs';

/** @param {string} file */
const read = (file) => readFileSync(join(root, file), 'utf8');

/** @param {string} folder */
const pagesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const packages = readdirSync(`${root}packages`).filter((name) =>
  existsSync(`${root}packages/${name}/package.json`),
);
const pages = [
  '.',
  'docs',
  'docs/decisions',
  'examples',
  ...packages.map((name) => `packages/${name}`),
]
  .flatMap(pagesIn)
  .sort();

describe.each(pages)('%s', (page) => {
  it('links to files that there are', () => {
    const links = [...read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(
      ([, to = '']) => to,
    );
    expect(links.filter((to) => !existsSync(join(root, dirname(page), to)))).toEqual([]);
  });
});

describe('the docs', () => {
  it.each(packages)('list the package %s', (name) => {
    expect(read('docs/architecture.md')).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
    expect(read('README.md')).toMatch(
      new RegExp(`^\\| (ground|actor|house|view|face) .*\`${name}\``, 'm'),
    );
  });

  it('list every decision', () => {
    const index = read('docs/decisions/README.md');
    const records = readdirSync(`${root}docs/decisions`).filter((name) => /^\d/.test(name));
    expect(records.length).toBeGreaterThan(0);
    for (const name of records) expect(index).toContain(`](${name})`);
  });

  it('name the versions that formats have', () => {
    const rows = [
      ...read('docs/versions.md').matchAll(/^\| .*?`(lguest-sim\/\w+\/\d+)` +\| `(.*?)`/gm),
    ];
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const [, version = '', file = ''] of rows) expect(read(file)).toContain(`'${version}'`);
    const [, packed] =
      /^\| packed trace +\| (\d+), in its header/m.exec(read('docs/versions.md')) ?? [];
    expect(read('packages/trace/src/packed/format.ts')).toContain(`VERSION = ${packed};`);
  });

  it('name tools and files that there are', () => {
    const text = read('CONTRIBUTING.md');
    const files = [...text.matchAll(/(?<![\w-])(tools\/[\w-]+\.mjs)/g)].map(
      ([, file = '']) => file,
    );
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
