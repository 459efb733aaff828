// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandSyntax } from './command-syntax.js';
import { fileOrDash } from './value-syntax.js';

const EXIT_CODES =
  'Exit code: 0 done, 1 the output cannot be written, 2 an option or a trace is bad,\n' +
  '130 ended by Ctrl-C.';

/** `lguest-sim trace pack`. */
export const packSyntax: CommandSyntax = {
  name: 'trace pack',
  usage: [
    'lguest-sim trace pack IN... -o OUT.lgt',
    '',
    'Packs Lackey logs, plain or gzip, into a tenth of their size, which are faster to',
    'read. One IN is a trace for run --trace; a directory, or more than one IN,',
    'are the logs of one program and its children, for run --tree.',
  ].join('\n'),
  options: {
    output: {
      type: 'string',
      alias: 'o',
      describe: 'Where the packed trace goes; - is standard output',
      takes: fileOrDash,
    },
  },
  others: { name: 'FILE|DIR|-', paths: 'files' },
  examples: [
    ['lguest-sim trace pack sort.lackey.gz -o sort.lgt', 'one trace'],
    ['lguest-sim trace pack logs/ -o job.lgt', 'a program and its children'],
    ['zcat a.gz | lguest-sim trace pack - -o a.lgt', 'a trace from a pipe'],
  ],
  epilogue: `docs/trace-format.md describes the form, and what does not survive.\n\n${EXIT_CODES}`,
  hint: 'see lguest-sim trace pack --help',
};

/** `lguest-sim trace info`. */
export const infoSyntax: CommandSyntax = {
  name: 'trace info',
  usage: [
    'lguest-sim trace info FILE',
    '',
    'Reads a trace to its end, packed or Lackey, plain or gzip, checks all of it, and',
    'tells what is in it.',
  ].join('\n'),
  options: {},
  others: fileOrDash,
  examples: [['lguest-sim trace info sort.lgt', 'records, accesses, bytes an access']],
  epilogue: EXIT_CODES,
  hint: 'see lguest-sim trace info --help',
};

/** `lguest-sim trace unpack`. */
export const unpackSyntax: CommandSyntax = {
  name: 'trace unpack',
  usage: [
    'lguest-sim trace unpack FILE [-o OUT]',
    '',
    'Writes a packed trace as a Lackey log again, which packs to the same. Of a packed',
    'tree OUT is a new directory, with a log PID.lackey for each process.',
  ].join('\n'),
  options: {
    output: {
      type: 'string',
      alias: 'o',
      describe: 'Where the log goes',
      defaultDescription: 'standard output',
      takes: { name: 'FILE|DIR|-', paths: 'files' },
    },
  },
  others: fileOrDash,
  examples: [
    ['lguest-sim trace unpack sort.lgt | head', 'look at a trace'],
    ['lguest-sim trace unpack job.lgt -o logs', 'the logs of a tree'],
  ],
  epilogue: EXIT_CODES,
  hint: 'see lguest-sim trace unpack --help',
};
