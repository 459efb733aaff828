// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { executable, outcome, type Outcome } from './support/command.js';
import { smallScenario, well } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const at = (name: string): string => join(root, name);
const run = `run ${at('small.yaml')} --quiet`;

/** Runs a shell's command line, in which `lguest-sim` is the command. */
function shell(line: string): Promise<Outcome> {
  const command = `"${process.execPath}" "${executable}"`;
  return outcome(spawn('bash', ['-c', line.replace(/^lguest-sim /, `${command} `)]));
}

beforeAll(async () => {
  smallScenario(root);
  writeFileSync(at('log.lackey'), 'I  08048000,3\n S 0804a010,4\n'.repeat(20_000));
  await well('trace', 'pack', at('log.lackey'), '-o', at('log.lgt'));
  await well(...run.split(' '), '--json', at('a.json'));
}, 60 * seconds);

describe.skipIf(!existsSync('/dev/full'))('a full disk', { timeout: 60 * seconds }, () => {
  it.each([
    ['json', `${run} --json /dev/full`],
    ['events', `${run} --events /dev/full`],
    ['checkpoint', `${run} --checkpoint /dev/full --every 300000`],
    ['series', `${run} --series /dev/full --every 300000`],
    ['report', `${run} --report /dev/full`],
    ['perfetto', `${run} --perfetto /dev/full`],
    ['inspect', `${run} --inspect /dev/full`],
    ['output', `trace pack ${at('log.lackey')} -o /dev/full`],
    ['output', `trace unpack ${at('log.lgt')} -o /dev/full`],
  ])('behind --%s is an error in one line: lguest-sim %s', async (option, line) => {
    const { code, stderr } = await shell(`lguest-sim ${line}`);
    expect(code === 1 || code === 2).toBe(true);
    expect(stderr).toMatch(new RegExp(`^lguest-sim: --${option}: [^\\n]*/dev/full[^\\n]*\\n$`));
  });

  it.each([
    `${run}`,
    `${run} --json -`,
    `${run} --events -`,
    `trace unpack ${at('log.lgt')}`,
    `trace info ${at('log.lgt')}`,
    'modelcheck --depth 1',
    'scenarios',
    'machines',
    `compare ${at('a.json')} ${at('a.json')}`,
    '--help',
  ])('behind standard output is an error in one line: lguest-sim %s', async (line) => {
    const { code, stderr } = await shell(`lguest-sim ${line} > /dev/full`);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^lguest-sim: cannot write to standard output: no space is left on the device\n$/,
    );
  });
});

describe('a reader that goes away', { timeout: 60 * seconds }, () => {
  it.each([
    `${run} --json -`,
    `${run} --events -`,
    `${run} --series - --every 10000`,
    `trace unpack ${at('log.lgt')}`,
    'modelcheck --depth 2 --fidelity original',
    'machines',
    'scenarios',
    `compare ${at('a.json')} ${at('a.json')} --format json`,
  ])('is nothing to complain about: lguest-sim %s', async (line) => {
    const { stderr, stdout } = await shell(
      `lguest-sim ${line} | head -c 20; exit \${PIPESTATUS[0]}`,
    );
    expect(stderr).toBe('');
    expect(stdout).toHaveLength(20);
  });
});

describe('a file that was there before', { timeout: 60 * seconds }, () => {
  it.each(['json', 'report', 'series', 'perfetto'])(
    'is as it was when the run behind --%s fails',
    async (option) => {
      writeFileSync(at('kept'), 'before');
      const fault = '--inject drop:demand-page#4';
      const { code } = await shell(`lguest-sim ${run} --${option} ${at('kept')} ${fault}`);
      expect(code).toBe(1);
      expect(readFileSync(at('kept'), 'utf8')).toBe('before');
      expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );
});
