// SPDX-License-Identifier: GPL-2.0-or-later

/** What the command and a group of its commands say of themselves. */
export interface CommandList {
  /** How one gets there: `lguest-sim`, `lguest-sim trace`. */
  readonly call: string;
  /** What they are for, in lines. */
  readonly purpose: string;
  /** For each command what it does, in half a line. */
  readonly summaries: Readonly<Record<string, string>>;
  /** What can be said in a command's place. */
  readonly options: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
  /** What stands at the end. */
  readonly epilogue?: string;
}

const help = { '-h, --help': "Show this help, or after a command that command's" };

/** `lguest-sim` itself. */
export const commandList = {
  call: 'lguest-sim',
  purpose: [
    'Simulates a whole lguest machine: host CPUs, guests that move between them, the',
    'Switcher, and the shadow page tables, running memory traces of real programs.',
  ].join('\n'),
  summaries: {
    run: 'Run guests on a simulated machine; without options, a default one',
    replay: 'Do a recorded run again and compare every message',
    resume: 'Go on with a run from a checkpoint',
    conform: 'Compare the shadow MMU with recorded runs of the original code',
    explain: 'Tell one page fault or migration step by step',
    compare: 'Show two runs side by side, notable differences first',
    fuzz: 'Let hostile guests loose on a machine under audit',
    modelcheck: 'Look at every state that a small machine can be in',
    bench: 'Measure how fast the simulator is on this machine',
    scenarios: 'List the scenarios that come with the command, for run',
    machines: 'Show the state machines that the simulated machine is made of',
    completion: 'Write a script with which a shell completes this command',
    plugin: 'Find out whether plug-ins do as they have to',
    trace: 'Pack traces, unpack them, and tell what is in them',
  },
  options: { ...help, '--version': 'Show the version' },
  examples: [
    'lguest-sim run',
    'lguest-sim run fork-storm --cpus 2',
    'lguest-sim run --trace sort.lackey.gz --cpus 4 --guests 8 --json result.json',
    'lguest-sim run --events log.ndjson && lguest-sim replay log.ndjson',
    'lguest-sim conform traces/',
  ],
  epilogue: 'Exit code: 0 done, 1 failed or different, 2 bad input, 130 ended by Ctrl-C.',
} as const satisfies CommandList;

/** `lguest-sim plugin`. */
export const pluginList = {
  call: 'lguest-sim plugin',
  purpose: [
    'Works on plug-ins: policies, cost models, readers of traces, patterns and guest',
    'programs, each in an ES module, that run --plugin takes. See docs/plugins.md.',
  ].join('\n'),
  summaries: { check: 'Hold plug-ins against everything that is expected of them' },
  options: help,
  examples: [
    'lguest-sim plugin check sticky.mjs',
    'lguest-sim run --plugin sticky.mjs --migrate sticky',
  ],
} as const satisfies CommandList;

/** `lguest-sim trace`. */
export const traceList = {
  call: 'lguest-sim trace',
  purpose: [
    "Works on traces. A packed trace takes a tenth of a Lackey log's size and is faster",
    'to read; everything that takes a Lackey log takes a packed one.',
  ].join('\n'),
  summaries: {
    pack: 'Pack a Lackey log, or the logs of a program and its children',
    info: 'Check a trace, and tell what is in it',
    unpack: "Write a packed trace as Lackey's text",
  },
  options: help,
  examples: ['lguest-sim trace pack sort.lackey.gz -o sort.lgt', 'lguest-sim run --trace sort.lgt'],
} as const satisfies CommandList;
