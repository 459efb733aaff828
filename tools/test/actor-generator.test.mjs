// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../nx.mjs';

const NAME = 'paper-tape';
const minutes = 60_000;

/** What a new actor's checks need of the workspace: not every other package. */
const needed = [
  ...['package.json', 'nx.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'eslint.config.mjs'],
  ...['tsconfig.base.json', 'tsconfig.lint.json', 'tsconfig.test.json', 'vitest.config.ts'],
  ...['.prettierrc', '.prettierignore', 'LICENSE', 'README.md', 'docs', 'tools'],
  ...['packages/bus', 'packages/switcher'],
];

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lguest-sim-actor-')));
const folder = join(scratch, 'packages', NAME);
const require = createRequire(import.meta.url);

/** @param {string} file of a package of the workspace @param {string[]} args @param {string} [cwd] */
function run(file, args, cwd = scratch) {
  // What runs this may want colours; what is compared here has none.
  const env = {
    ...process.env,
    FORCE_COLOR: '0',
    NX_DAEMON: 'false',
    NX_WORKSPACE_ROOT_PATH: scratch,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${basename(file)} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** @param {string} name a file of the scratch copy */
const read = (name) => readFileSync(join(scratch, name), 'utf8');

/** What an installation would do. */
function link() {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@lguest-sim'), { recursive: true });
  symlinkSync(join(scratch, 'packages/bus'), join(modules, '@lguest-sim/bus'));
  for (const name of ['rxjs', 'xstate']) {
    symlinkSync(realpathSync(`${root}packages/switcher/node_modules/${name}`), join(modules, name));
  }
}

beforeAll(() => {
  for (const name of needed) {
    cpSync(join(root, name), join(scratch, name), {
      recursive: true,
      preserveTimestamps: true,
      filter: (file) => basename(file) !== 'node_modules' && !/packages\/\w+\/test$/.test(file),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  symlinkSync(join(root, 'packages/bus/node_modules'), join(scratch, 'packages/bus/node_modules'));
  const generator = ['g', './tools/generators:actor', NAME, '--skipInstall'];
  run(require.resolve('nx/bin/nx.js'), [...generator, '--description', 'A reader of paper tape']);
  link();
}, 5 * minutes);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('an actor that was generated', { timeout: 5 * minutes }, () => {
  it('has what every package has', () => {
    const manifest = JSON.parse(read(`packages/${NAME}/package.json`));
    expect(manifest).toMatchObject({
      name: `@lguest-sim/${NAME}`,
      description: 'A reader of paper tape',
      license: 'GPL-2.0-or-later',
      nx: { tags: ['floor:actor'] },
    });
    expect(JSON.stringify(manifest)).not.toContain('switcher');
    expect(read(`packages/${NAME}/LICENSE`)).toBe(read('LICENSE'));
  });

  it('is listed where packages are', () => {
    expect(read('docs/architecture.md')).toMatch(
      /^\| `paper-tape` +\| A reader of paper tape +\|$/m,
    );
    expect(read('README.md')).toMatch(/^\| actor .*, `paper-tape` +\|$/m);
  });

  it('is formatted, and passes the linter', () => {
    const prettier = join(dirname(require.resolve('prettier/package.json')), 'bin/prettier.cjs');
    run(prettier, ['--check', `packages/${NAME}`, 'docs/architecture.md', 'README.md']);
    const eslint = join(dirname(require.resolve('eslint/package.json')), 'bin/eslint.js');
    run(eslint, ['--max-warnings', '0', `packages/${NAME}`]);
  });

  it('type-checks, builds, and its README’s example runs', () => {
    run(require.resolve('typescript/bin/tsc'), ['-b', `packages/${NAME}/test`]);
    const [, example = ''] = /```ts\n([^]*?)```/.exec(read(`packages/${NAME}/README.md`)) ?? [];
    writeFileSync(
      join(folder, 'example.mjs'),
      example.replace(`@lguest-sim/${NAME}`, './dist/index.js'),
    );
    expect(run(join(folder, 'example.mjs'), [])).toBe('1\n');
  });

  it('passes its own tests', () => {
    const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
    const args = ['run', '--root', '.', '--config', '../../vitest.config.ts'];
    run(vitest, args, folder);
    const report = JSON.parse(read(`packages/${NAME}/test-output/vitest.json`));
    expect(report).toMatchObject({ success: true, numFailedTests: 0, numPassedTests: 5 });
  });

  it('cannot be generated twice', () => {
    const again = () =>
      run(require.resolve('nx/bin/nx.js'), [
        'g',
        './tools/generators:actor',
        NAME,
        '--skipInstall',
      ]);
    expect(again).toThrow(`packages/${NAME}: expected a new package, got one that exists`);
  });
});
