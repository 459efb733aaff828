// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Debian, and where a developer's own setting, has the browser. */
const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** The browser that the page is tried in; undefined if there is none. */
export const executable = places.find((path) => path !== undefined && existsSync(path));

/**
 * Why tests in a browser are left out, or false if they are not. Where everything is to be tested they
 * are never left out: without a browser they fail there.
 */
export const noBrowser: string | false =
  executable !== undefined || process.env['CI'] === 'true'
    ? false
    : 'no chromium here; CHROMIUM=/path/to/it says where there is one';

/** Starts the browser. */
export function startBrowser(): Promise<Browser> {
  if (executable === undefined) {
    throw new Error('expected /usr/bin/chromium (apt-get install chromium), found none');
  }
  return chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
}
