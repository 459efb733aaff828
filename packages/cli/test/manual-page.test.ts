// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allCommands } from '../src/command-table.js';
import { synopses, syntaxesOf } from '../src/manual/command-tree.js';
import { manualPage } from '../src/manual/manual-page.js';
import { runSyntax } from '../src/options/run-syntax.js';

const page = fileURLToPath(new URL('../man/lguest-sim.1', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const isMissing = (program: string): boolean =>
  spawnSync(program, ['--version']).error !== undefined;

describe('the manual page', () => {
  it('is current', () => {
    // If not: node tools/command-docs.mjs
    expect(readFileSync(page, 'utf8')).toBe(manualPage(allCommands));
  });

  it('is where npm looks for it', () => {
    const { man, files } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { man: string; files: string[] };
    expect(fileURLToPath(new URL(`../${man}`, import.meta.url))).toBe(page);
    expect(files).toContain('man');
  });

  it.skipIf(isMissing('mandoc'))('is well-formed, says mandoc (skipped without it)', () => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', page], { encoding: 'utf8' });
    const said = stdout.split('\n').filter((line) => line !== '');
    // It has none, so that the same definitions always make the same page.
    expect(said.filter((line) => !line.includes('missing date'))).toEqual([]);
  });

  it.skipIf(isMissing('groff'))('shows every command and option (skipped without groff)', () => {
    const { stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-c', page], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    // Bold is a letter, a backspace and the letter again.
    const shown = stdout.replace(/.\x08/g, '');
    for (const { name, options } of syntaxesOf(allCommands)) {
      expect(shown).toContain(`   ${name}\n`);
      for (const option of Object.keys(options)) expect(shown).toContain(`--${option}`);
    }
  });
});

describe('the README of the command', () => {
  it('shows how every command is called', () => {
    // If not: node tools/command-docs.mjs
    expect(readme).toContain(`<!-- synopses:begin -->\n\n${synopses(allCommands)}\n`);
  });

  it('has a line for every option of run, with what it takes', () => {
    const [, section = ''] = /## Options of run\n([^]*?)\n## /.exec(readme) ?? [];
    const told = [...section.matchAll(/^\| `--([a-z-]+)/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual(Object.keys(runSyntax.options).sort());
  });
});
