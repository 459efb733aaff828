// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../nx.mjs';
import { entries } from './entries.mjs';

/** @param {string} file @param {...string} args */
function run(file, ...args) {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  const options = { cwd: root, env, encoding: /** @type {const} */ ('utf8') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], options);
  return { status, said: `${stdout}${stderr}`.trim() };
}

const report = (/** @type {string} */ name) =>
  readFileSync(join(root, 'docs/api', `${name}.api.md`), 'utf8');

describe('the reports in docs/api', () => {
  it('are current, and no public signature names what is not exported', () => {
    expect(run('tools/api-report.mjs', '--check')).toEqual({ status: 0, said: '' });
  });

  it('are one for each entry', () => {
    const files = readdirSync(join(root, 'docs/api')).filter((name) => name.endsWith('.md'));
    expect(files.sort()).toEqual(entries.map(({ name }) => `${name}.api.md`).sort());
  });

  it.each(entries)('say of everything in $name what it is', ({ name }) => {
    const lines = report(name).split('\n');
    const undocumented = lines.flatMap((line, index) =>
      line.endsWith('(undocumented)') ? [lines[index + 1]?.trim()] : [],
    );
    expect(undocumented).toEqual([]);
  });

  it('name no place on a machine', () => {
    for (const { name } of entries) expect(report(name)).not.toContain(root);
  });
});

describe('the reference', () => {
  it('is made without a warning', () => {
    const out = mkdtempSync(join(tmpdir(), 'lguest-sim-reference-'));
    try {
      const typedoc = dirname(createRequire(import.meta.url).resolve('typedoc/package.json'));
      const made = run(join(typedoc, 'bin/typedoc'), '--logLevel', 'Warn', '--out', out);
      expect(made).toEqual({ status: 0, said: '' });
      expect(existsSync(join(out, 'index.html'))).toBe(true);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
