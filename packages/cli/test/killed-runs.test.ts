// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { outcome, start } from './support/command.js';
import { timeless, well, writeScenario } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const KILLS = 30;
const root = temporaryDirectory();
const at = (name: string): string => join(root, name);
const [whole, log, checkpoint] = [at('whole.ndjson'), at('log.ndjson'), at('run.checkpoint')];

const scenario = (): string =>
  writeScenario(
    root,
    'killed',
    'machine: { cpus: 3, seed: 9, paging: pae }',
    'scheduler: { migrate: random, slice: 30000 }',
    'guests: { count: 3, memory: 8M, slice: 25000 }',
    'processes:',
    '  - { pattern: fork-storm, children: 4, pages: 6, accesses: 3000 }',
    '  - { pattern: zipf, pages: 60, accesses: 120000 }',
  );

const outputs = ['--json', at('killed.json'), '--quiet'];
const begin = [scenario(), '--events', log, '--checkpoint', checkpoint, '--every', '40000'];

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const stamp = (): string =>
  `${sizeOf(log)} ${statSync(checkpoint, { throwIfNoEntry: false })?.mtimeMs}`;

/** Starts the command, and kills it some time after it has begun to write. Returns whether it did. */
async function killSoon(args: readonly string[]): Promise<boolean> {
  const before = stamp();
  const child = start(args);
  const ended = outcome(child);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  while (running() && stamp() === before) await delay(2);
  await delay(Math.random() * 120);
  child.kill('SIGKILL');
  const { code, signal, stderr } = await ended;
  expect({ stderr, ended: code === 0 || signal === 'SIGKILL' }).toEqual({
    stderr: '',
    ended: true,
  });
  return signal === 'SIGKILL';
}

beforeAll(async () => {
  await well('run', scenario(), '--events', whole, '--json', at('whole.json'));
}, 60 * seconds);

describe.skipIf(process.platform === 'win32')('a run that is killed', () => {
  it(
    `${KILLS} times and resumed loses nothing and counts nothing twice`,
    { timeout: 240 * seconds },
    async () => {
      let kills = 0;
      let resumptions = 0;
      while (kills < KILLS) {
        rmSync(checkpoint, { force: true });
        let unfinished = true;
        while (unfinished) {
          const resumes = existsSync(checkpoint);
          const args = resumes ? ['resume', checkpoint, ...outputs] : ['run', ...begin, ...outputs];
          if (kills < KILLS) unfinished = await killSoon(args);
          else unfinished = (await well(...args)) === '';
          if (unfinished) kills++;
          if (resumes) resumptions++;
        }
        expect(timeless(at('killed.json'))).toBe(timeless(at('whole.json')));
        expect(readFileSync(log, 'utf8') === readFileSync(whole, 'utf8')).toBe(true);
        rmSync(at('killed.json'));
      }
      expect(resumptions).toBeGreaterThan(KILLS / 2);
    },
  );
});
