// SPDX-License-Identifier: GPL-2.0-or-later
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeAtomically } from '../src/output/atomic-file.js';
import { openOutputTarget } from '../src/output/output-target.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const root = temporaryDirectory();
const fresh = (): string => mkdtempSync(join(root, 'case-'));

describe('an atomic write', () => {
  it('makes the file and leaves nothing else', async () => {
    const directory = fresh();
    await writeAtomically(join(directory, 'out.json'), 'text');
    expect(readFileSync(join(directory, 'out.json'), 'utf8')).toBe('text');
    expect(readdirSync(directory)).toEqual(['out.json']);
  });

  it('leaves nothing behind when it fails', async () => {
    const directory = fresh();
    mkdirSync(join(directory, 'taken', 'full'), { recursive: true });
    await expect(writeAtomically(join(directory, 'taken'), 'text')).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(['taken']);
  });
});

describe('where the result document goes', () => {
  it('is a new file', async () => {
    const directory = fresh();
    const path = join(directory, 'out.json');
    const target = await openOutputTarget('json', path, []);
    expect(readdirSync(directory)).toEqual([]);
    await target.write('{}\n');
    expect(readFileSync(path, 'utf8')).toBe('{}\n');
  });

  it('is an old file, which keeps its permissions', async () => {
    const path = join(fresh(), 'out.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    await (await openOutputTarget('json', path, [])).write('new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('is the file that a link leads to, and the link stays', async () => {
    const directory = fresh();
    writeFileSync(join(directory, 'real.json'), 'old');
    symlinkSync('real.json', join(directory, 'link.json'));
    await (await openOutputTarget('json', join(directory, 'link.json'), [])).write('new');
    expect(readFileSync(join(directory, 'real.json'), 'utf8')).toBe('new');
    expect(readdirSync(directory).sort()).toEqual(['link.json', 'real.json']);
  });

  it('can be a device, which is never replaced', async () => {
    await (await openOutputTarget('json', '/dev/null', [])).write('{}\n');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is no directory', async () => {
    const directory = fresh();
    await expect(openOutputTarget('json', directory, [])).rejects.toThrow(
      `--json: expected a file that can be written, got "${directory}": it is a directory`,
    );
  });

  it('is in a directory that there is', async () => {
    const path = join(fresh(), 'missing', 'out.json');
    await expect(openOutputTarget('json', path, [])).rejects.toThrow('there is no directory');
  });

  it('is none of the traces, by whatever name', async () => {
    const directory = fresh();
    writeFileSync(join(directory, 'trace'), 'I  04000000,2\n');
    symlinkSync('trace', join(directory, 'other'));
    await expect(
      openOutputTarget('json', join(directory, 'other'), ['-', join(directory, 'trace')]),
    ).rejects.toThrow('it is one of the traces');
  });

  it.skipIf(process.getuid?.() === 0)('is nothing that may not be written', async () => {
    const directory = fresh();
    const path = join(directory, 'out.json');
    writeFileSync(path, 'old', { mode: 0o444 });
    await expect(openOutputTarget('json', path, [])).rejects.toThrow('no permission');
    chmodSync(directory, 0o555);
    await expect(openOutputTarget('json', join(directory, 'new.json'), [])).rejects.toThrow(
      'no permission',
    );
    chmodSync(directory, 0o755);
  });
});
