// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { CommandError } from '../src/errors.js';
import { ExitCode } from '../src/exit-code.js';
import { runConfig } from '../src/options/run-config.js';
import { readScenario } from '../src/scenario/read-scenario.js';

const one = 'processes:\n  - pattern: zipf\n';

/** The error that a scenario makes. */
function complaint(text: string): string {
  try {
    readScenario('dir/a.yaml', text);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    expect(error.exitCode).toBe(ExitCode.badInput);
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('it was read');
}

describe('a scenario', () => {
  it('sets only what it says', () => {
    expect(readScenario('dir/a.yaml', one)).toMatchObject({
      name: 'a',
      description: '',
      config: {},
      processes: [{ kind: 'pattern', pattern: 'zipf', options: {} }],
    });
  });

  it('sets everything there is to set', () => {
    const text = `
name: everything
description: A sentence.
check: true
machine:
  cpus: 4
  paging: pae
  tlb: { entries: 32, ways: 2 }
  seed: 0
  fidelity: original
  costs: { worldSwitch: 0 }
scheduler: { migrate: pinned, slice: 5000 }
guests: { count: 3, memory: 128MiB, slice: 6000, zeroing: lazy }
${one}    skew: 0.5
    times: 2
`;
    const scenario = readScenario('a.yaml', text);
    expect(scenario).toMatchObject({ name: 'everything', description: 'A sentence.' });
    expect(scenario.config).toMatchObject({
      check: true,
      cpus: 4,
      guests: 3,
      zeroing: 'lazy',
      memoryBytes: 128 * 2 ** 20,
      migrate: 'pinned',
      slice: 5000,
      guestSlice: 6000,
      seed: 0,
      paging: 'pae',
      fidelity: 'original',
      tlb: { entries: 32, ways: 2 },
      costs: { access: 1, worldSwitch: 0 },
    });
    expect(scenario.processes).toHaveLength(2);
  });

  it('keeps the other half of the TLB at its default', () => {
    const { config } = readScenario('a.yaml', `machine: { tlb: { ways: 8 } }\n${one}`);
    expect(config).toEqual({ tlb: { entries: 64, ways: 8, policy: 'lru' } });
  });

  it('takes a size in bytes too', () => {
    const { config } = readScenario('a.yaml', `guests: { memory: 8388608 }\n${one}`);
    expect(config).toEqual({ memoryBytes: 8388608 });
  });

  it('takes paths relative to its file', () => {
    const text = 'processes: [{ trace: x }, { tree: y }, { tree: [/p, q] }]';
    expect(readScenario('dir/a.yaml', text).processes).toMatchObject([
      { kind: 'trace', path: 'dir/x' },
      { kind: 'tree', paths: ['dir/y'] },
      { kind: 'tree', paths: ['/p', 'dir/q'] },
    ]);
  });

  it('may use an anchor and its alias', () => {
    const text = 'processes:\n  - &storm { pattern: fork-storm, children: 2 }\n  - *storm\n';
    const [first, second] = readScenario('a.yaml', text).processes;
    expect(second).toMatchObject({ pattern: 'fork-storm', options: { children: 2 } });
    expect(first).toMatchObject({ pattern: 'fork-storm' });
  });
});

describe('several processes that are alike', () => {
  const patternsOf = (text: string) =>
    readScenario('a.yaml', text).processes.map((process) =>
      process.kind === 'pattern' ? process.options : process,
    );

  it('have a seed of their own each, but for the first', () => {
    const [first, second, third] = patternsOf('processes: [{ pattern: zipf, seed: 5, times: 3 }]');
    expect(first).toEqual({ seed: 5 });
    const seeds = [first, second, third].map((options) => (options as { seed: number }).seed);
    expect(new Set(seeds).size).toBe(3);
  });

  it('have the same seeds whether the default seed is written down or not', () => {
    const said = patternsOf('processes: [{ pattern: zipf, seed: 1, times: 3 }]');
    const unsaid = patternsOf('processes: [{ pattern: zipf, times: 3 }]');
    expect(unsaid).toEqual([{}, ...said.slice(1)]);
  });

  it('are one and the same where nothing is random', () => {
    const [one, other] = patternsOf('processes: [{ trace: x, times: 2 }]');
    expect(one).toBe(other);
  });
});

describe('guests that differ', () => {
  const text = `
guests:
  - count: 2
    memory: 16M
    zeroing: lazy
  - slice: 7000
    processes: [{ trace: b, times: 2 }]
processes: [{ trace: a }]
`;

  it('are groups, with the numbers of the processes they run', () => {
    const scenario = readScenario('dir/a.yaml', text);
    expect(scenario.config).toEqual({
      groups: [
        { count: 2, memoryBytes: 16 * 2 ** 20, zeroing: 'lazy', traces: [0] },
        { count: 1, guestSlice: 7000, traces: [1, 2] },
      ],
    });
    expect(scenario.processes).toMatchObject([
      { kind: 'trace', path: 'dir/a' },
      { kind: 'trace', path: 'dir/b' },
      { kind: 'trace', path: 'dir/b' },
    ]);
  });

  it('are plain data like the rest of a scenario', () => {
    const scenario = readScenario('dir/a.yaml', text);
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  it('take the memory, slice, zeroing and traces that options give to all', () => {
    const { config } = readScenario('dir/a.yaml', text);
    const given = { memoryBytes: 8 * 2 ** 20, guestSlice: 9000 };
    const request = { config: given, traces: ['c'], trees: undefined };
    expect(runConfig(request, { config })).toMatchObject({
      ...given,
      guests: 3,
      groups: [{ count: 2, zeroing: 'lazy' }, { count: 1 }],
    });
    expect(runConfig(request, { config }).groups[1]).toEqual({ count: 1 });
  });
});

describe('a scenario that is wrong', () => {
  it.each<[what: string, text: string, message: string]>([
    ['is empty', '', ':1: expected a mapping with name, description, check, audit, machine'],
    ['is a text', '\nhello', ':2: expected a mapping with name'],
    ['has no processes', 'name: a', ':1: processes: expected a list with at least one process'],
    ['has none in its list', 'processes: []', ':1: processes: expected a list with at least one'],
    ['is no YAML', 'name: a\nmachine: {\n', ':3: expected YAML: '],
    ['has a key twice', `${one}name: a\nname: b\n`, ':4: expected YAML: Map keys must be unique'],
    ['has a tab', `machine:\n\tcpus: 2\n`, ':2: expected YAML: '],
    ['has a strange tag', `name: !strange a\n${one}`, ':1: expected YAML: Unresolved tag'],
    [
      'has a strange key',
      `${one}\nmachines:\n  cpus: 2`,
      ':4: expected one of the keys name, description, check, audit, machine, scheduler, guests, hotplug, schedule, inject, processes, ' +
        'got "machines", did you mean machine?',
    ],
    [
      'has a strange inner key',
      `${one}machine:\n  cpu: 2`,
      ':4: machine: expected one of the keys cpus, paging, tlb, seed, fidelity, costs, evict, got "cpu", did you mean cpus?',
    ],
    [
      'has text for a number',
      `${one}machine:\n  cpus: many`,
      ':4: machine.cpus: expected a whole number from 1 to 64, got "many"',
    ],
    ['has too large a number', `${one}machine: { cpus: 65 }`, 'from 1 to 64, got 65'],
    ['has a broken number', `${one}guests: { count: 1.5 }`, ':3: guests.count: expected a whole'],
    ['has no value', `${one}guests:\n  count:\n`, ':4: guests.count: expected a whole number'],
    ['has a list for a value', `${one}guests: { count: [1] }`, 'got a list'],
    ['has a value for a mapping', `${one}guests: 3`, ':3: guests: expected a mapping with count'],
    [
      'has too little memory',
      `${one}guests: { memory: 1M }`,
      ':3: guests.memory: expected a size from 4M to 736M, in whole pages of 4K, got "1M"',
    ],
    ['has half a page', `${one}guests: { memory: 8388609 }`, 'in whole pages of 4K, got 8388609'],
    ['has a strange word', `${one}machine: { paging: flat }`, 'one of two-level, pae, got "flat"'],
    ['has a strange policy', `${one}scheduler: { migrate: up }`, ':3: scheduler.migrate: expected'],
    [
      'has an odd TLB',
      `${one}machine: { tlb: { entries: 48 } }`,
      ':3: machine.tlb.entries: expected a power of two up to 65536, got 48',
    ],
    [
      'has more ways than entries',
      `${one}machine:\n  tlb:\n    ways: 128`,
      ':5: machine.tlb.ways: expected a power of two up to 64, got 128',
    ],
    [
      'has ways that are too many for what it gives',
      `${one}machine:\n  tlb:\n    entries: 2`,
      ':5: machine.tlb.ways: expected a power of two up to 2, got 4',
    ],
    ['has free accesses', `${one}machine: { costs: { access: 0 } }`, ':3: machine.costs.access:'],
    [
      'has a word for a flag',
      `${one}check: yes please`,
      ':3: check: expected true or false, got "yes',
    ],
    [
      'has no processes for a guest',
      'guests:\n  - count: 2\n  - processes: [{ trace: a }]',
      ':2: guests[0].processes: expected a list with at least one process, got nothing',
    ],
    [
      'has processes that no guest runs',
      `${one}guests: [{ processes: [{ trace: a }] }]`,
      ':1: processes: expected no processes, as all guests have their own, got a list',
    ],
    [
      'has an empty list of guests',
      `${one}guests: []`,
      ':3: guests: expected at least one, got an',
    ],
    [
      'has a guest that is a number',
      `${one}guests: [3]`,
      ':3: guests[0]: expected a mapping with count, vcpus, memory, slice, zeroing, processes, got 3',
    ],
    [
      'has a strange key of a guest',
      `${one}guests:\n  - times: 3`,
      ':4: guests[0]: expected one of the keys count, vcpus, memory, slice, zeroing, processes, got "times"',
    ],
    [
      'has a strange value of a guest',
      `${one}guests: [{}, { memory: 1M }]`,
      ':3: guests[1].memory: expected a size from 4M to 736M',
    ],
    [
      'has a strange process of a guest',
      'guests: [{ processes: [{ pattern: zipf, pages: 0 }] }]',
      ':1: guests[0].processes[0].pages: expected a whole number from 1',
    ],
    [
      'has too many guests in all',
      `${one}guests: [{ count: 1000 }, { count: 25 }]`,
      ':3: guests: expected a whole number from 1 to 1024 in all, got 1025',
    ],
    ['has a text of two lines', `${one}name: "a\\nb"`, ':3: name: expected a text of one line'],
    [
      'has a process of no kind',
      'processes:\n  - times: 3',
      ':2: processes[0]: expected one of the keys trace, tree, pattern, got nothing',
    ],
    [
      'has a process that is a word',
      'processes:\n  - zipf',
      ':2: processes[0]: expected a mapping',
    ],
    [
      'has a process of a strange kind',
      'processes:\n  - patern: zipf',
      ':2: processes[0]: expected one of the keys trace, tree, pattern, times, got "patern", did you mean pattern?',
    ],
    [
      'has a process of two kinds',
      'processes:\n  - trace: a\n    tree: b',
      ':2: processes[0].tree: expected no tree beside trace, got "b"',
    ],
    [
      'has a strange pattern',
      'processes:\n  - pattern: zipf\n  - pattern: zip',
      ':3: processes[1].pattern: expected one of sequential, random, zipf',
    ],
    [
      'has a strange option',
      `${one}    skews: 1`,
      ':3: processes[0]: expected one of the keys pages, accesses, writeShare, seed, skew, times, got "skews", did you mean skew?',
    ],
    [
      'has a strange value of an option',
      `${one}    writeShare: 2`,
      ':3: processes[0].writeShare: expected a number from 0 to 1, got 2',
    ],
    ['has an option for a trace', 'processes: [{ trace: a, pages: 2 }]', 'got "pages"'],
    ['reads standard input', 'processes: [{ trace: "-" }]', ':1: processes[0].trace: expected the'],
    ['has a tree of nothing', 'processes: [{ tree: [] }]', 'expected at least one file, got an'],
    ['has a number for a file', 'processes: [{ tree: [1] }]', 'the name of a file, got 1'],
    [
      'has no times',
      `${one}    times: 0`,
      ':3: processes[0].times: expected a whole number from 1',
    ],
  ])('%s: its line and what was expected are named', (_, text, message) => {
    expect(complaint(text)).toContain(message);
    expect(complaint(text)).toMatch(/^dir\/a\.yaml:\d+: /);
  });
});
