// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executable, type Outcome } from './support/command.js';
import { spawn } from 'node:child_process';
import { temporaryDirectory } from './support/temporary-directory.js';

const page = new URL('../../../docs/guide.md', import.meta.url);
const manifest = new URL('../../../package.json', import.meta.url);

/** A command of the guide, and what it says comes back. */
interface Shown {
  readonly command: string;
  readonly lines: readonly string[];
}

function commands(): Shown[] {
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/```console\n([^]*?)```/g)].map(([, block]) => block!);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command, ...lines] = part.trimEnd().split('\n');
        return { command: command!, lines: lines.filter((line) => line !== '...') };
      }),
  );
}

/** What follows the command's name. `npm start` builds it, and then runs it without more. */
function argumentsOf(command: string): string[] {
  if (command === 'npm start') return ['run'];
  const words = command.split(' ');
  expect(words.splice(0, 2)).toEqual(['pnpm', 'lguest-sim']);
  return words;
}

function run(args: readonly string[], cwd: string): Promise<Outcome> {
  const child = spawn(process.execPath, [executable, ...args], { cwd });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

describe('the guide', { timeout: 120_000 }, () => {
  const directory = temporaryDirectory();

  it('has commands that there are scripts for', () => {
    const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['start']).toBe('node tools/start.mjs');
    expect(scripts['lguest-sim']).toBe('node packages/cli/bin/lguest-sim.js');
    expect(commands().length).toBeGreaterThan(14);
  });

  // One after the other, in one place: some read what others wrote.
  it.each(commands())('shows what $command says', async ({ command, lines }) => {
    const { code, stdout, stderr } = await run(argumentsOf(command), directory);
    const fails = lines[0]?.startsWith('lguest-sim: ') === true;
    expect({ code, stderr: stderr === '' }).toEqual({ code: fails ? 1 : 0, stderr: !fails });
    let rest = fails ? stderr : stdout;
    for (const line of lines) {
      const at = `\n${rest}`.indexOf(`\n${line}`);
      expect([line, at >= 0]).toEqual([line, true]);
      rest = `\n${rest}`.slice(at + 1 + line.length);
    }
  });
});
