// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const loader = fileURLToPath(new URL('../dist/load-bundle.js', import.meta.url));

const directory = new URL('../dist/bundle/', import.meta.url);
const files = readdirSync(directory).filter((file) => file.endsWith('.cjs'));

function sourceOf(file: string): string {
  return readFileSync(new URL(file, directory), 'utf8');
}

/** Loads the bundle in a process of its own, and returns what became of the code cache. */
function load(codeCache: string): unknown {
  const code = `
    import { loadBundle } from ${JSON.stringify(loader)};
    const { scripts, exports } = loadBundle(${codeCache});
    const works = (await exports.main(['--version'])) === 0;
    console.error(JSON.stringify({ works, rejected: scripts.get('./main.cjs').cachedDataRejected ?? null }));`;
  const command = ['--input-type=module', '--eval', code];
  const output = spawnSync(process.execPath, command, { encoding: 'utf8' }).stderr;
  // Node itself may have something to say of the environment's colours.
  return JSON.parse(output.split('\n').find((line) => line.startsWith('{'))!);
}

describe('the bundle that the command is loaded from', () => {
  it('comes with a code cache that this V8 accepts', () => {
    expect(load('')).toEqual({ works: true, rejected: false });
  });

  it('works without a code cache', () => {
    expect(load('() => undefined')).toEqual({ works: true, rejected: null });
  });

  it('takes no notice of a code cache that is not for it', () => {
    expect(load("() => Buffer.from('of another engine')")).toEqual({ works: true, rejected: true });
  });

  it('is ASCII, as it is read byte for byte', () => {
    for (const file of files) expect(file + sourceOf(file)).toMatch(/^[\0-\x7f]*$/);
  });

  it('splits no text into characters before there is any to be shown, as that takes ICU long to get ready for', () => {
    const holding = files.filter((file) => sourceOf(file).includes('new Intl.Segmenter'));
    expect(holding.sort()).toEqual(['cliui.cjs', 'string-width.cjs']);
  });

  it.each(['Storyteller', 'PerfettoTrace', 'History'])(
    'has %s, which few runs need, in a file of its own',
    (name) => {
      const holding = files.filter((file) =>
        new RegExp(`(class|var) ${name}\\b`).test(sourceOf(file)),
      );
      expect(holding).toHaveLength(1);
      expect(holding).not.toContain('main.cjs');
    },
  );
});
