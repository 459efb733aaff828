// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the report's page: template, style, and script with the plotting library, all in one file.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const page = new URL('../page/', import.meta.url);

const bundle = await rolldown({
  input: fileURLToPath(new URL('main.ts', page)),
  platform: 'browser',
  tsconfig: fileURLToPath(new URL('tsconfig.json', page)),
});
const { output } = await bundle.generate({
  format: 'iife',
  minify: true,
  comments: { legal: true, annotation: false, jsdoc: false },
});
await bundle.close();

/** @param {string} name */
const text = (name) => readFileSync(new URL(name, page), 'utf8');
const script = output[0].code.replaceAll('</script', '<\\/script');
const made = text('report.html')
  .replace('/* style */', () => text('style.css'))
  .replace('/* script */', () => script);
writeFileSync(new URL('../dist/report.html', import.meta.url), made);
