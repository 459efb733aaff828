// SPDX-License-Identifier: GPL-2.0-or-later
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { benchmarks } from '../src/bench/benchmarks.js';
import { isGroup, type CommandGroup } from '../src/command-group.js';
import { allCommands } from '../src/command-table.js';
import { completionScript } from '../src/completion/completion-script.js';
import { shippedNames } from '../src/scenario/scenario-files.js';
import { lguestSim } from './support/command.js';
import { missing, typed, type InteractiveShell } from './support/interactive-shell.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const shells = ['bash', 'zsh', 'fish'] as const satisfies InteractiveShell[];
const directory = temporaryDirectory();
const scripts = Object.fromEntries(
  shells.map((shell) => [shell, join(directory, `completion.${shell}`)]),
) as Record<InteractiveShell, string>;

beforeAll(() => {
  mkdirSync(join(directory, 'logs'));
  writeFileSync(join(directory, 'my trace.lackey'), '');
  for (const shell of shells) {
    writeFileSync(scripts[shell], completionScript(shell, allCommands));
  }
});

/** What bash offers when the cursor is after these words. */
function offered(...words: string[]): string[] {
  const code = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lguest_sim
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', code, 'bash', scripts.bash, 'lguest-sim', ...words];
  return execFileSync('bash', args, { cwd: directory, encoding: 'utf8' }).trim().split('\n');
}

/** Every command with its words, and what it understands. */
function* leaves({ commands }: CommandGroup, path: string[] = []): Generator<[string[], string[]]> {
  for (const [name, found] of commands) {
    if (isGroup(found)) yield* leaves(found, [...path, name]);
    else yield [[...path, name], Object.keys(found[0].options).map((option) => `--${option}`)];
  }
}

describe('completions for bash', () => {
  it('are what completes the command', () => {
    const shown = execFileSync('bash', ['--norc', '-c', `source ${scripts.bash}; complete -p`]);
    expect(shown.toString()).toBe('complete -F _lguest_sim lguest-sim\n');
  });

  it('offer every command, and every command of a group', () => {
    expect(offered('')).toEqual([...allCommands.commands.keys()]);
    expect(offered('trace', '')).toEqual(['pack', 'info', 'unpack']);
  });

  it.each([...leaves(allCommands)])('offer every option of %j', (path, options) => {
    expect(offered(...path, '--')).toEqual([...options, '--help']);
  });

  it('offer the names of the scenarios, and files', () => {
    expect(offered('run', '')).toEqual([...shippedNames(), ...offered('replay', '')]);
    expect(offered('explain', 'zi')).toEqual(['zipf']);
    expect(offered('replay', 'my')).toEqual(['my trace.lackey']);
  });

  it('offer the names of all benchmarks', () => {
    expect(offered('bench', '')).toEqual(benchmarks.map(({ name }) => name));
  });

  it.each<[words: string[], expected: string[]]>([
    [
      ['run', '--paging', ''],
      ['two-level', 'pae'],
    ],
    [['run', '--paging', '=', 'p'], ['pae']],
    [['run', '--paging=p'], ['--paging=pae']],
    [['run', '--seed', '1', '--fidelity', 'o'], ['original']],
    [['run', '--cost', 'world'], ['worldSwitch=']],
    [['run', '--cost', 'access', '=', '2', 'world'], ['worldSwitch=']],
    [['run', '--trace', 'a', 'my'], ['my trace.lackey']],
    [['run', '--trace', 'a', '--seed', '1', 'zip'], ['zipf']],
    [['replay', '--trace-dir', ''], ['logs']],
    [['trace', 'pack', '-o', 'my'], ['my trace.lackey']],
    [['machines', 'vc'], ['vcpu']],
    [['machines', '--format', 'me'], ['mermaid']],
    [['bench', 'fault', 'rin'], ['ring']],
    [['walk', ''], ['']],
  ])('after %j offer %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it('do not offer again what can be said once', () => {
    expect(offered('run', '--seed', '1', '--se')).toEqual(['--series']);
    expect(offered('run', '--quiet', '--qu')).toEqual(['']);
    expect(offered('run', '--trace', 'a', '--tra')).toEqual(['--trace']);
  });
});

describe.each(shells)('in %s', (shell) => {
  it('lguest-sim completion writes the script', async () => {
    const { code, stdout, stderr } = await lguestSim(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(completionScript(shell, allCommands));
  });

  const absent = missing(shell);
  it.skipIf(absent !== undefined).each([
    ['run zi\t--cpu\t3', ['run', 'zipf', '--cpus', '3']],
    ['run zi\t--pag\tpa\t', ['run', 'zipf', '--paging', 'pae']],
    ['run --cost=worldS\t9 --migrate=bal\t', ['run', '--cost=worldSwitch=9', '--migrate=balance']],
    ['trace unp\tmy\t-o log\t', ['trace', 'unpack', 'my trace.lackey', '-o', 'logs']],
    ['run --trace my\tmy\t', ['run', '--trace', 'my trace.lackey', 'my trace.lackey']],
  ])(
    `the keys %j become %j${absent === undefined ? '' : ` (skipped: ${absent})`}`,
    async (keys, expected) => {
      const given = await typed(shell, scripts[shell], `lguest-sim ${keys}`, directory);
      // zsh takes the slash of a directory away again.
      expect(given.map((word) => word.replace(/\/$/, ''))).toEqual(expected);
    },
  );
});

describe('lguest-sim completion', () => {
  it.each([
    [[], 'got nothing'],
    [['tcsh'], 'got "tcsh"'],
    [['bash', 'zsh'], 'got "bash zsh"'],
  ])('refuses %j', async (shell, got) => {
    const { code, stderr } = await lguestSim(['completion', ...shell]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `lguest-sim: expected one of bash, zsh, fish, ${got} (see lguest-sim completion --help)\n`,
    );
  });
});
