// SPDX-License-Identifier: GPL-2.0-or-later
import { mermaidOf } from '@lguest-sim/bus';
import { machines, machinesAsMarkdown, type MachineDescription } from '@lguest-sim/simulation';
import { optionError, usageError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import type { CommandSyntax, ParsedArguments } from '../options/command-syntax.js';
import { optionOf } from '../options/value-syntax.js';
import { choice } from '../options/values.js';
import { writeOut } from '../output/standard-output.js';

const formats = ['markdown', 'mermaid', 'json'] as const;
const names = machines.map(({ machine }) => nameOf(machine.machine.id));

/** `lguest-sim machines`. */
export const machinesSyntax: CommandSyntax = {
  name: 'machines',
  usage: [
    'lguest-sim machines [NAME] [--format markdown|mermaid|json]',
    '',
    'Shows the state machines that the simulated machine is made of: which states',
    'there are, and which events lead from one to the next. With NAME only one of them:',
    `${names.join(', ')}.`,
  ].join('\n'),
  options: {
    format: optionOf('In which form', formats, 'markdown'),
  },
  others: { name: 'NAME', words: names },
  examples: [
    ['lguest-sim machines', 'diagrams that Markdown viewers draw'],
    ['lguest-sim machines vcpu --format mermaid', 'one diagram, for mermaid.live'],
    ['lguest-sim machines vcpu --format json', "its definition, for Stately's editor"],
  ],
  epilogue: [
    'Of one machine, json is its xstate definition, as createMachine takes it; of',
    'all, a list of them. lguest-sim run --inspect shows what those of a run do.',
    '',
    'Exit code: 0 shown, 2 there is no such machine or form.',
  ].join('\n'),
  hint: 'see lguest-sim machines --help',
};

/**
 * Writes machines out.
 * @throws CommandError for a name or format that there is not
 */
export async function showMachines({ texts, others }: ParsedArguments): Promise<ExitCode> {
  const { format = 'markdown' } = texts;
  const drawn = chosen(others);
  await writeOut(`${made(drawn, choice('format', format, formats), others.length > 0)}\n`);
  return ExitCode.ok;
}

function made(
  drawn: readonly MachineDescription[],
  format: (typeof formats)[number],
  isOne: boolean,
): string {
  const all = drawn.map(({ machine }) => machine.machine);
  if (format === 'markdown') return machinesAsMarkdown(drawn).trimEnd();
  if (format === 'json') {
    const configs = all.map(({ config }) => config as unknown);
    return JSON.stringify(isOne ? configs[0] : configs, undefined, 2);
  }
  if (!isOne) {
    throw optionError('format', 'markdown or json, or the name of one machine', format);
  }
  return mermaidOf(all[0]!);
}

function chosen([name, other]: readonly string[]): readonly MachineDescription[] {
  if (other !== undefined) {
    throw usageError(`unexpected argument "${other}" after "${name}"`, machinesSyntax.hint);
  }
  if (name === undefined) return machines;
  const found = machines.find(({ machine }) => nameOf(machine.machine.id) === name);
  if (found !== undefined) return [found];
  throw usageError(`expected one of ${names.join(', ')}, got "${name}"`, machinesSyntax.hint);
}

/** A machine's id as one word. */
function nameOf(id: string): string {
  return id.replaceAll(' ', '-');
}
