// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandList } from './command-list.js';
import { filledForHelp } from './options/prose.js';

/** What `--help` in a command's place says. */
export function overviewOf(list: CommandList): string {
  return [
    `${list.call} COMMAND [options]`,
    filledForHelp(list.purpose),
    `Commands:\n${columns(list.summaries)}`,
    `Options:\n${columns(list.options)}`,
    `Examples:\n${list.examples.map((example) => `  ${example}`).join('\n')}`,
    ...(list.epilogue === undefined ? [] : [filledForHelp(list.epilogue)]),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function columns(rows: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows)
    .map(([name, does]) => `  ${name.padEnd(width)}  ${does}`)
    .join('\n');
}
