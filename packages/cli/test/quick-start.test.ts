// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { executable } from './support/command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const directory = temporaryDirectory();

/** The files of JavaScript, but for Node's own, that the command loads for these arguments. */
function loaded(...args: string[]): string[] {
  const coverage = mkdtempSync(join(directory, 'coverage-'));
  const env = { ...process.env, NODE_V8_COVERAGE: coverage };
  spawnSync(process.execPath, [executable, ...args], { env });
  const [file] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, file!), 'utf8')) as {
    result: { url: string }[];
  };
  return result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url));
}

const bytes = (files: string[]): number =>
  files.reduce((sum, file) => sum + statSync(file).size, 0);

describe('what the command is asked as a whole', () => {
  // How long it takes is for `lguest-sim bench` and its like; this is what decides it.
  it.each(['--help', '-h', 'help', '--version'])('%s loads next to nothing', (option) => {
    const files = loaded(option);
    expect(files.length).toBeLessThanOrEqual(6);
    expect(bytes(files)).toBeLessThan(24_000);
  });

  it('is a small part of the command', () => {
    expect(bytes(loaded('run', '--help'))).toBeGreaterThan(1_000_000);
  });
});
