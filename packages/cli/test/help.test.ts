// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { allCommands } from '../src/command-table.js';
import { commandList, pluginList, traceList } from '../src/command-list.js';
import { syntaxesOf } from '../src/manual/command-tree.js';
import { parseArguments } from '../src/options/parse-arguments.js';
import { overviewOf } from '../src/overview.js';

const width = 80;

const helps = [
  ...[commandList, pluginList, traceList].map((list) => [list.call, overviewOf(list)] as const),
  ...syntaxesOf(allCommands).map((syntax) => {
    const outcome = parseArguments(syntax, ['--help']);
    return [syntax.name, outcome.kind === 'help' ? outcome.text : ''] as const;
  }),
];

/** Its paragraphs without columns. */
function proseOf(help: string): string[][] {
  return help
    .trim()
    .split(/\n\n+/)
    .filter((paragraph) => !/ {2}/.test(paragraph))
    .map((paragraph) => paragraph.split('\n'));
}

describe('the help', () => {
  it.each(helps)('of %s fits on a terminal', (_name, help) => {
    expect(help).not.toBe('');
    expect(help.split('\n').filter((line) => line.length > width)).toEqual([]);
  });

  it.each(helps)('of %s breaks a line only where the next word has no place', (_name, help) => {
    expect(proseOf(help)).not.toEqual([]);
    const early = proseOf(help).flatMap((lines) =>
      lines.slice(0, -1).filter((line, at) => {
        const [next = ''] = lines[at + 1]!.split(' ');
        return `${line} ${next}`.length <= width;
      }),
    );
    expect(early).toEqual([]);
  });
});
