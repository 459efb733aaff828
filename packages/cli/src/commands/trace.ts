// SPDX-License-Identifier: GPL-2.0-or-later
import type { ExitCode } from '../exit-code.js';
import type { CommandSyntax, ParsedArguments } from '../options/command-syntax.js';
import { readOneFile, readPackOptions, readUnpackOptions } from '../options/trace-options.js';
import { infoSyntax, packSyntax, unpackSyntax } from '../options/trace-syntax.js';
import { showTraceInfo } from './trace-info.js';
import { packTrace } from './trace-pack.js';
import { unpackTrace } from './trace-unpack.js';

type Start = (given: ParsedArguments) => Promise<ExitCode>;

/** The commands of `lguest-sim trace`. */
export const traceCommands: ReadonlyMap<string, readonly [syntax: CommandSyntax, start: Start]> =
  new Map([
    ['pack', [packSyntax, (given) => packTrace(readPackOptions(given))]],
    ['info', [infoSyntax, (given) => showTraceInfo(readOneFile(infoSyntax, given))]],
    ['unpack', [unpackSyntax, (given) => unpackTrace(readUnpackOptions(given))]],
  ] satisfies [string, [CommandSyntax, Start]][]);

/** What `lguest-sim trace --help` says. */
export const traceOverview = `lguest-sim trace COMMAND [options]

Works on traces. A packed trace takes a tenth of a Lackey log's size and is faster
to read; everything that takes a Lackey log takes a packed one.

Commands:
  pack    Pack a Lackey log, or the logs of a program and its children
  info    Check a trace, and tell what is in it
  unpack  Write a packed trace as Lackey's text

Options:
  -h, --help  Show this help, or after a command that command's

Examples:
  lguest-sim trace pack sort.lackey.gz -o sort.lgt
  lguest-sim run --trace sort.lgt
`;
