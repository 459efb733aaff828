// SPDX-License-Identifier: GPL-2.0-or-later
// Bundles modules of the project with vite, and runs them in a real browser.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, createLogger } from 'vite';

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Where Debian, and where a developer's own setting, has the browser. */
const executablePath = places.find((path) => path !== undefined && existsSync(path));

/** Why nothing is tried in a browser; where everything is to be tried, nothing is left out. */
export const noBrowser =
  executablePath !== undefined || process.env['CI'] === 'true'
    ? false
    : 'no chromium here; CHROMIUM=/path/to/it says where there is one';

/** No server: the browser asks for files by this name, and is given them. */
const ORIGIN = 'http://packed.example';

/**
 * @param {string} directory of the modules
 * @param {string[]} names of theirs, without .js
 * @returns {Promise<string[]>} what vite warned of
 */
export async function bundle(directory, names) {
  /** @type {string[]} */
  const warnings = [];
  const customLogger = createLogger('silent');
  customLogger.warn = customLogger.warnOnce = (message) => void warnings.push(message);
  const input = Object.fromEntries(names.map((name) => [name, join(directory, `${name}.js`)]));
  await build({
    root: directory,
    configFile: false,
    customLogger,
    build: {
      outDir: join(directory, 'dist'),
      target: 'esnext',
      minify: false,
      modulePreload: false,
      // All packages in one file is what it is here.
      chunkSizeWarningLimit: Infinity,
      rolldownOptions: { input, output: { entryFileNames: '[name].js' } },
    },
  });
  return warnings;
}

/**
 * A page that runs one bundled module after the other.
 * @param {string} directory of the modules
 */
export async function openBrowser(directory) {
  if (executablePath === undefined) {
    throw new Error('expected /usr/bin/chromium (apt-get install chromium), found none');
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const context = await browser.newContext();
  await context.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/')
      return route.fulfill({ contentType: 'text/html', body: '<title>.</title>' });
    const body = readFileSync(join(directory, 'dist', pathname), 'utf8');
    return route.fulfill({ contentType: 'text/javascript', body });
  });
  return {
    close: () => browser.close(),
    /** @param {...string} names of modules @returns {Promise<string[]>} the lines that they print */
    async run(...names) {
      const page = await context.newPage();
      await page.goto(`${ORIGIN}/`);
      const urls = names.map((name) => `/${name}.js`);
      const lines = await page.evaluate(`(${RUN_MODULES})(${JSON.stringify(urls)})`);
      await page.close();
      return /** @type {string[]} */ (lines);
    },
  };
}

/** Runs in the page; as text, so that nothing rewrites its import. Of objects Node and browsers print different things. */
const RUN_MODULES = `async (urls) => {
  const printed = [];
  console.log = (...values) => {
    const plain = values.every((value) => /string|number|boolean/.test(typeof value));
    printed.push(plain ? values.join(' ') : 'expected strings, numbers and booleans to be printed');
  };
  for (const url of urls) await import(url);
  return printed.join('\\n').split('\\n');
}`;
