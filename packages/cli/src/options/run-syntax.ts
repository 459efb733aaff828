// SPDX-License-Identifier: GPL-2.0-or-later
import {
  auditModes,
  builtInPlugins,
  defaultConfig,
  limits,
  migrationPolicyNames,
  zeroingNames,
} from '@lguest-sim/simulation';
import { shippedNames } from '../scenario/scenario-files.js';
import type { CommandSyntax } from './command-syntax.js';
import { outputOptions } from './output-options.js';
import { formatSize } from './sizes.js';
import * as values from './value-syntax.js';
import { viewOptions } from './view-options.js';

const [leastMemory, mostMemory] = limits.memoryBytes;
const { tlb } = defaultConfig;
const kinds = ['eviction-policy', 'tlb-policy', 'cost-model'] as const;
const [evictionNames, tlbPolicyNames, costModelNames] = kinds.map((kind) =>
  builtInPlugins.filter((plugin) => plugin.kind === kind).map(({ name }) => name),
) as [string[], string[], string[]];
const costNames = Object.keys(defaultConfig.costs);

/** `lguest-sim run`. */
export const runSyntax: CommandSyntax = {
  name: 'run',
  usage: [
    'lguest-sim run [SCENARIO] [--trace FILE...] [--tree DIR|FILE...]... [options]',
    '',
    'Runs guests on a simulated machine: every guest runs every trace given, each as',
    'one process. Without --trace it runs two guests that move between two host CPUs,',
    'on a trace of "sort" that comes with the command. A SCENARIO is a YAML file, or',
    'the name of one that comes with the command; options go before what it says.',
  ].join('\n'),
  options: {
    trace: {
      type: 'string',
      array: true,
      describe: 'Lackey logs, plain or gzip; - is standard input',
      takes: values.fileOrDash,
    },
    tree: {
      type: 'string',
      array: true,
      describe: 'Logs of one program and its children: a directory, or files. Once a tree',
      takes: { name: 'DIR|FILE', paths: 'files' },
    },
    cpus: {
      type: 'string',
      describe: `Host CPUs, ${limits.cpus.join(' to ')}`,
      defaultDescription: `${defaultConfig.cpus}, or 2 without --trace`,
      takes: values.aNumber,
    },
    guests: {
      type: 'string',
      describe: `Guests, ${limits.guests.join(' to ')}`,
      defaultDescription: `${defaultConfig.guests}, or 2 without --trace`,
      takes: values.aNumber,
    },
    memory: {
      type: 'string',
      describe: `Memory of each guest, ${formatSize(leastMemory)} to ${formatSize(mostMemory)}`,
      defaultDescription: formatSize(defaultConfig.memoryBytes),
      takes: { name: 'SIZE' },
    },
    migrate: values.optionOf(
      'Where a guest goes on after its time slice',
      migrationPolicyNames,
      defaultConfig.migrate,
    ),
    evict: values.optionOf(
      'Which slot a guest table takes that has none',
      evictionNames,
      defaultConfig.evict,
    ),
    schedule: {
      type: 'string',
      describe: 'A YAML file that says which guest is where from when on, for --migrate schedule',
      takes: values.file,
    },
    offline: {
      type: 'string',
      array: true,
      describe: 'Take host CPUs offline: CPU@CYCLE, such as 1@200000',
      takes: { name: 'CPU@CYCLE' },
    },
    online: {
      type: 'string',
      array: true,
      describe: 'Bring them back, likewise',
      takes: { name: 'CPU@CYCLE' },
    },
    vcpus: {
      type: 'string',
      describe: 'vCPUs of each guest; the original has 1, and so has this',
      defaultDescription: String(defaultConfig.vcpus),
      takes: values.aNumber,
    },
    costs: values.optionOf('What things cost, as a whole', costModelNames, 'default'),
    cost: {
      type: 'string',
      array: true,
      describe: `What something costs: NAME=CYCLES. Names: ${costNames.join(', ')}`,
      takes: { name: 'NAME=CYCLES', words: costNames.map((name) => `${name}=`) },
    },
    slice: {
      type: 'string',
      describe: "The host's time slice in cycles",
      defaultDescription: String(defaultConfig.slice),
      takes: values.cycles,
    },
    'guest-slice': {
      type: 'string',
      describe: "The time slice of each guest's own scheduler in cycles",
      defaultDescription: String(defaultConfig.guestSlice),
      takes: values.cycles,
    },
    seed: {
      type: 'string',
      describe: 'Seed of every random choice; the same seed gives the same result',
      defaultDescription: String(defaultConfig.seed),
      takes: values.aNumber,
    },
    paging: values.optionOf('Format of the page tables', values.pagingNames, defaultConfig.paging),
    fidelity: values.optionOf(
      'Whether known defects of the original are mended',
      values.fidelityNames,
      defaultConfig.fidelity,
    ),
    zeroing: values.optionOf(
      'Whether a guest clears every new page, or only used frames',
      zeroingNames,
      defaultConfig.zeroing,
    ),
    tlb: {
      type: 'string',
      describe: "Each host CPU's TLB as ENTRIESxWAYS, both powers of two",
      defaultDescription: `${tlb.entries}x${tlb.ways}`,
      takes: { name: 'ENTRIESxWAYS' },
    },
    'tlb-policy': values.optionOf('Which entry of a set a TLB lets go', tlbPolicyNames, tlb.policy),
    check: {
      type: 'boolean',
      describe: 'Hold every load against what its process last stored there; slower',
    },
    'no-check': {
      type: 'boolean',
      describe: 'Do not, though the scenario asks for it',
    },
    audit: values.optionOf(
      'Hold the contract between host and guest against the machine',
      auditModes,
      defaultConfig.audit,
    ),
    inject: {
      type: 'string',
      array: true,
      describe: 'Faults to inject, such as frames:20@500000, vanish:0/16, drop:demand-page#3',
      takes: { name: 'SPEC' },
    },
    plugin: outputOptions.plugin,
    json: outputOptions.json,
    events: outputOptions.events,
    checkpoint: outputOptions.checkpoint,
    every: outputOptions.every,
    ...viewOptions,
    quiet: outputOptions.quiet,
  },
  grouped: ['tree'],
  others: {
    name: 'SCENARIO',
    // Read from the disk, and so only when somebody asks.
    get words() {
      return shippedNames();
    },
    paths: 'files',
  },
  examples: [
    ['lguest-sim run', 'the default simulation'],
    ['lguest-sim run zipf --paging pae', 'a scenario, but on PAE'],
    [
      'lguest-sim run --trace a.gz b.gz --cpus 4 --guests 8',
      'two processes in each of eight guests',
    ],
    ['lguest-sim run --tree logs/ --check', 'a program and its children, checked'],
    ['zcat a.gz | lguest-sim run --trace -', 'a trace from a pipe'],
    ['lguest-sim run --migrate pinned --json result.json', 'keep the numbers'],
    ['lguest-sim run zipf --events zipf.ndjson', 'keep every message, for replay'],
    ['lguest-sim run zipf --checkpoint zipf.checkpoint', 'a run that can be resumed'],
    ['lguest-sim run zipf --report zipf.html', 'a page with plots, for a browser'],
    ['lguest-sim run --perfetto sort.trace.json', 'a trace for ui.perfetto.dev'],
    ['lguest-sim run zipf --series zipf.csv --every 10000', 'counts over time, for a notebook'],
  ],
  epilogue: [
    'A size is a whole number with K, M or G (powers of 1024), or of bytes. Standard',
    'input and pipes are kept in a temporary file if more than one guest reads them,',
    'and with --events or --checkpoint.',
    '',
    'Exit code: 0 done (a guest that was killed is a result, shown under "Kills"),',
    '1 the run, its check or its audit failed, 2 an option or a trace is bad, 130',
    'ended by Ctrl-C; what was counted up to then is shown.',
  ].join('\n'),
  hint: 'see lguest-sim run --help',
};
