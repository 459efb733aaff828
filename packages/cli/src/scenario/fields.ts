// SPDX-License-Identifier: GPL-2.0-or-later
import {
  auditModes,
  builtInPlugins,
  defaultConfig,
  limits,
  type PluginKind,
  zeroingNames,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import { fidelityNames, pagingNames } from '../options/value-syntax.js';
import type { FieldSpec, SectionSpec, ValueSpec } from './field-spec.js';

type Limited = keyof typeof limits;

function integer(option: Exclude<Limited, 'memoryBytes'>, description: string): ValueSpec {
  const [min, max] = limits[option];
  return { kind: 'integer', min, max, default: defaultConfig[option], description };
}

function choice(
  option: 'paging' | 'fidelity' | 'zeroing' | 'audit',
  choices: readonly string[],
  description: string,
): ValueSpec {
  return { kind: 'choice', choices, default: defaultConfig[option], description };
}

/** One of a kind of plug-ins. */
function named(kind: PluginKind, standard: string, description: string): ValueSpec {
  const choices = builtInPlugins.filter((plugin) => plugin.kind === kind).map(({ name }) => name);
  return { kind: 'named', choices, default: standard, description };
}

/** Most that a step may cost in cycles: as much as the longest slice would make no sense. */
export const MOST_CYCLES = 1e9;

function cost(name: keyof SimulationConfig['costs'], description: string): ValueSpec {
  const min = name === 'access' ? 1 : 0;
  const standard = defaultConfig.costs[name];
  return { kind: 'integer', min, max: MOST_CYCLES, default: standard, description };
}

const MOST_TLB_ENTRIES = 65536;

const tlb: SectionSpec = {
  kind: 'section',
  description: 'The TLB of each host CPU.',
  fields: {
    entries: {
      kind: 'power-of-two',
      max: MOST_TLB_ENTRIES,
      default: defaultConfig.tlb.entries,
      description: 'Entries, a power of two.',
    },
    ways: {
      kind: 'power-of-two',
      max: MOST_TLB_ENTRIES,
      default: defaultConfig.tlb.ways,
      description: 'Entries of a set, a power of two; at most as many as there are entries.',
    },
    policy: named('tlb-policy', defaultConfig.tlb.policy, 'Which entry of a set is let go.'),
  },
};

const costs: SectionSpec = {
  kind: 'section',
  description: 'What things cost, in cycles of a host CPU.',
  fields: {
    access: cost('access', 'A memory access that hits the TLB.'),
    walkLevel: cost('walkLevel', 'One level of a page walk.'),
    worldSwitch: cost('worldSwitch', "The Switcher's way in or out."),
    exitHandling: cost('exitHandling', "The host's run loop, once for each exit."),
    hypercall: cost('hypercall', "One hypercall's own work, on top of the exit."),
    demandPage: cost('demandPage', "The shadow MMU's work on one demand-page request."),
    stateCopy: cost('stateCopy', "Copying a vCPU's whole IDT and GDT to a host CPU."),
    remapEntry: cost('remapEntry', "One entry of the Switcher's written in a shadow table."),
    directTrap: cost('directTrap', 'A trap that stays in the guest, or an iret.'),
    pageClear: cost('pageClear', 'Clearing one page.'),
    pageCopy: cost('pageCopy', 'Copying one page.'),
  } satisfies Record<keyof SimulationConfig['costs'], FieldSpec>,
};

const [leastMemory, mostMemory] = limits.memoryBytes;

/** Everything that a scenario can say, but for its processes. */
export const scenarioFields = {
  name: { kind: 'text', description: 'What the scenario is called; its file’s name unless given.' },
  description: { kind: 'text', description: 'What the scenario shows, in a sentence.' },
  check: {
    kind: 'flag',
    default: defaultConfig.check,
    description: 'Whether every load is held against what its process last stored there.',
  },
  audit: choice(
    'audit',
    auditModes,
    'When the contract between host and guest is held against the machine: at each entry into a guest, or after every message.',
  ),
  machine: {
    kind: 'section',
    description: 'The simulated machine.',
    fields: {
      cpus: integer('cpus', 'Host CPUs.'),
      paging: choice('paging', pagingNames, 'Format of the page tables.'),
      tlb,
      seed: integer('seed', 'Seed of every random choice; the same seed gives the same result.'),
      fidelity: choice(
        'fidelity',
        fidelityNames,
        'Whether known defects of the original are mended.',
      ),
      costs,
      evict: named(
        'eviction-policy',
        defaultConfig.evict,
        'Which slot a guest table takes that has none.',
      ),
    },
  },
  scheduler: {
    kind: 'section',
    description: 'The host’s scheduler.',
    fields: {
      migrate: named(
        'migration-policy',
        defaultConfig.migrate,
        'Where a guest goes on after its time slice.',
      ),
      slice: integer('slice', 'The host’s time slice in cycles.'),
    },
  },
  guests: {
    kind: 'section',
    description: 'The guests, which are all alike: each runs all processes.',
    fields: {
      count: integer('guests', 'Guests, each with one vCPU and memory of its own.'),
      vcpus: integer('vcpus', 'vCPUs of each guest: 1, as the original has no more.'),
      memory: {
        kind: 'size',
        min: leastMemory,
        max: mostMemory,
        default: defaultConfig.memoryBytes,
        description: 'Memory of each guest, such as 64M, or in bytes; whole pages of 4K.',
      },
      slice: integer('guestSlice', 'The time slice of each guest’s own scheduler in cycles.'),
      zeroing: choice(
        'zeroing',
        zeroingNames,
        'Whether a guest clears every new page, or only those whose frame was used before.',
      ),
    },
  },
} as const satisfies Readonly<Record<string, FieldSpec>>;

/** Where a scenario says what the configuration calls by another name. */
export const configPaths = {
  check: 'check',
  audit: 'audit',
  cpus: 'machine.cpus',
  paging: 'machine.paging',
  tlb: 'machine.tlb',
  seed: 'machine.seed',
  fidelity: 'machine.fidelity',
  costs: 'machine.costs',
  evict: 'machine.evict',
  migrate: 'scheduler.migrate',
  slice: 'scheduler.slice',
  guests: 'guests.count',
  vcpus: 'guests.vcpus',
  memoryBytes: 'guests.memory',
  guestSlice: 'guests.slice',
  zeroing: 'guests.zeroing',
} as const satisfies Partial<Record<keyof SimulationConfig, string>>;
