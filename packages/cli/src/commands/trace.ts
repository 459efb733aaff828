// SPDX-License-Identifier: GPL-2.0-or-later
import { commandGroup, type CommandGroup } from '../command-group.js';
import { traceList } from '../command-list.js';
import { readOneFile, readPackOptions, readUnpackOptions } from '../options/trace-options.js';
import { infoSyntax, packSyntax, unpackSyntax } from '../options/trace-syntax.js';
import { showTraceInfo } from './trace-info.js';
import { packTrace } from './trace-pack.js';
import { unpackTrace } from './trace-unpack.js';

/** The commands of `lguest-sim trace`. */
export const traceGroup: CommandGroup = commandGroup(traceList, {
  pack: [packSyntax, (given) => packTrace(readPackOptions(given))],
  info: [infoSyntax, (given) => showTraceInfo(readOneFile(infoSyntax, given))],
  unpack: [unpackSyntax, (given) => unpackTrace(readUnpackOptions(given))],
});
