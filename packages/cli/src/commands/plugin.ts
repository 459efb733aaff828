// SPDX-License-Identifier: GPL-2.0-or-later
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { commandGroup, type CommandGroup } from '../command-group.js';
import { pluginList } from '../command-list.js';
import { CommandError, systemReason, usageError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import type { CommandSyntax, ParsedArguments } from '../options/command-syntax.js';
import { file } from '../options/value-syntax.js';
import { writeOut } from '../output/standard-output.js';
import { loadPlugins } from '../plugins/load-plugins.js';

const inflate = promisify(gunzip);

/** `lguest-sim plugin check`. */
const checkSyntax: CommandSyntax = {
  name: 'plugin check',
  usage: [
    'lguest-sim plugin check FILE... [--sample TRACE...] [--program-options JSON]',
    '',
    'Loads plug-ins, whose code is run, and holds each against what is expected of it:',
    'its shape, its answers, that it does the same again, that its state can be taken',
    'and put back, and small simulations with it under every check that there is.',
  ].join('\n'),
  options: {
    sample: {
      type: 'string',
      array: true,
      describe: 'Traces, plain or gzip, that a trace reader is to read',
      takes: file,
    },
    'program-options': {
      type: 'string',
      describe: 'Options, as JSON, that a guest program is to be run with',
      takes: { name: 'JSON' },
    },
  },
  others: file,
  examples: [
    ['lguest-sim plugin check sticky.mjs', 'a policy'],
    ['lguest-sim plugin check csv.mjs --sample a.csv', 'a reader of traces'],
  ],
  epilogue: 'Exit code: 0 all is as it has to be, 1 something is not, 2 a file is bad.',
  hint: 'see lguest-sim plugin check --help',
};

/** The commands of `lguest-sim plugin`. */
export const pluginGroup: CommandGroup = commandGroup(pluginList, {
  check: [checkSyntax, checkPlugins],
});

async function checkPlugins({ others, lists, texts }: ParsedArguments): Promise<ExitCode> {
  if (others.length === 0)
    throw usageError('expected a file with plug-ins, got nothing', checkSyntax.hint);
  const { files } = await loadPlugins(others);
  const samples = await Promise.all((lists['sample'] ?? []).map(sampleOf));
  const programOptions = optionsOf(texts['program-options']);
  const { checkPlugin } = await import('@lguest-sim/plugin-kit');
  let isRight = true;
  for (const { path, plugins } of files) {
    for (const plugin of plugins) {
      const problems = await checkPlugin(plugin, { samples, programOptions });
      const name = `${path}: ${plugin.name} (${plugin.kind})`;
      if (problems.length === 0) await writeOut(`${name}: all is as it has to be\n`);
      for (const { check, message } of problems) await writeOut(`${name}: ${check}: ${message}\n`);
      isRight &&= problems.length === 0;
    }
  }
  return isRight ? ExitCode.ok : ExitCode.failed;
}

async function sampleOf(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    return new Uint8Array(bytes[0] === 0x1f && bytes[1] === 0x8b ? await inflate(bytes) : bytes);
  } catch (error) {
    const message = `${path}: expected a trace, found: ${systemReason(error)}`;
    throw new CommandError('INPUT_FAILED', message, { cause: error });
  }
}

function optionsOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`--program-options: expected JSON, got ${text}: ${String(error)}`);
  }
}
