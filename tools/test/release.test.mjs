// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../nx.mjs';

const minutes = 60_000;
const FROM = '0.1.0';
const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');

/** A repository of its own with what a release reads: a tag, and what came after it. */
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lguest-sim-release-')));
const packages = readdirSync(`${root}packages`).filter((name) =>
  existsSync(`${root}packages/${name}/package.json`),
);

/** @param {string} command @param {...string} args */
function run(command, ...args) {
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_WORKSPACE_ROOT_PATH: scratch,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' },
    ...{ GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' },
  };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: scratch,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** @param {...string} args */
const git = (...args) => run('git', ...args).trim();

/** @param {string} name */
const versionOf = (name) =>
  JSON.parse(readFileSync(join(scratch, 'packages', name, 'package.json'), 'utf8')).version;

beforeAll(() => {
  const files = ['package.json', 'nx.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.gitignore'];
  for (const file of files) cpSync(join(root, file), join(scratch, file));
  for (const file of packages.map((name) => `packages/${name}/package.json`)) {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8'));
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    writeFileSync(
      join(scratch, file),
      JSON.stringify({ ...manifest, version: FROM }, undefined, 2),
    );
  }
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'core.excludesFile', '/dev/null');
  git('config', 'commit.gpgsign', 'false');
  git('add', '.', ':!node_modules');
  git('commit', '--quiet', '-m', 'feat: everything so far');
  git('tag', `v${FROM}`);
  cpSync(join(root, 'LICENSE'), join(scratch, 'packages/x86/LICENSE'));
  git('add', 'packages');
  git('commit', '--quiet', '-m', 'feat(x86): a third format of page tables');
}, minutes);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('nx release', { timeout: 2 * minutes }, () => {
  it('shows in a dry run what it would do, and does nothing', () => {
    const before = git('rev-parse', 'HEAD');
    const shown = run(process.execPath, nx, 'release', '--dry-run', '--skip-publish');
    for (const name of packages) expect(shown).toContain(`packages/${name}/package.json`);
    expect(shown).toContain('+ - **x86:** a third format of page tables');
    expect(git('rev-parse', 'HEAD')).toBe(before);
    expect(git('status', '--porcelain', '--', 'packages')).toBe('');
    expect(git('tag')).toBe('v0.1.0');
  });

  it('gives all packages one new version, and writes down what has changed', () => {
    run(process.execPath, nx, 'release', '--skip-publish');
    expect(new Set(packages.map(versionOf))).toEqual(new Set(['0.1.1']));
    expect(git('tag')).toBe('v0.1.0\nv0.1.1');
    expect(git('log', '-1', '--format=%s')).toBe('chore(release): 0.1.1');
    const written = readFileSync(join(scratch, 'RELEASES.md'), 'utf8');
    expect(written).toMatch(/^## 0\.1\.1 .*\n\n### .*Features\n\n- \*\*x86:\*\* a third format/);
    const { dependencies } = JSON.parse(
      readFileSync(`${scratch}/packages/cpu/package.json`, 'utf8'),
    );
    expect(dependencies['@lguest-sim/x86']).toBe('workspace:*');
  });
});
