// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lguestSim } from './support/command.js';
import { refusal, well } from './support/recorded-run.js';
import { runResult } from './support/run-command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();

function file(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

const sticky = file(
  'sticky.mjs',
  `export default {
  kind: 'migration-policy',
  name: 'sticky',
  make: () => ({
    first: (guest, { online }) => online[guest % online.length],
    woken: (guest, last) => last,
    next: (guest, cpu, view) => (view.random() % 4 === 0 ? view.idlest() : cpu),
    steals: false,
  }),
};
`,
);

const inputs = file(
  'inputs.mjs',
  `export default [
  {
    kind: 'workload-pattern',
    name: 'steps',
    summary: 'Stores to each page in turn.',
    options: { pages: { kind: 'integer', min: 1, max: 99, default: 9, description: 'Pages.' } },
    *run({ options, out }) {
      for (let page = 0; page < options.pages; page++) {
        if (out.full) yield;
        out.access(0x10000000 + page * 4096, true);
      }
    },
  },
  {
    kind: 'trace-reader',
    name: 'bytes',
    matches: (head) => head[0] === 0x42,
    open: (sink) => ({
      write: (bytes) => {
        for (const byte of bytes) {
          if (byte > 0x80) throw sink.error('expected bytes up to 80');
          sink.access('load', 0x8000000 + byte * 4096, 1);
        }
      },
      end: () => undefined,
    }),
  },
  { kind: 'cost-model', name: 'slow-walks', costs: { walkLevel: 300 } },
];
`,
);
const wild = file(
  'wild.mjs',
  `export default [{ kind: 'eviction-policy', name: 'wild', make: () => ({ choose: () => 7 }) }];\n`,
);
const trace = file('a.bytes', 'BCDABC');
const scenario = file(
  'own.yaml',
  `machine: { cpus: 2, evict: lru, tlb: { policy: tree-plru } }
scheduler: { migrate: sticky }
guests: { count: 2, memory: 8M }
processes:
  - pattern: steps
    pages: 30
`,
);

describe('plug-ins at the command line', { timeout: 60 * seconds }, () => {
  it('are chosen by name, in options and scenarios', async () => {
    const options = ['--plugin', inputs, '--costs', 'slow-walks', '--trace', trace];
    const own = await runResult([...options, '--cost', 'pageCopy=7']);
    expect(own.config.costs).toMatchObject({ walkLevel: 300, pageCopy: 7, access: 1 });
    expect(own.guests[0]!.processes[0]).toMatchObject({ accesses: 6, pagesTouched: 4 });
    const { config, guests } = await runResult([scenario, '--plugin', inputs, sticky]);
    expect(config).toMatchObject({
      migrate: 'sticky',
      evict: 'lru',
      tlb: { entries: 64, ways: 4, policy: 'tree-plru' },
    });
    expect(guests[1]!.processes[0]).toMatchObject({ trace: 'steps', pagesTouched: 30 });
  });

  it('leave to options what a scenario has said of the TLB', async () => {
    const args = [scenario, '--plugin', inputs, sticky, '--tlb', '32x8', '--evict', 'fifo'];
    const { config } = await runResult(args);
    expect(config.tlb).toEqual({ entries: 32, ways: 8, policy: 'tree-plru' });
    expect(config.evict).toBe('fifo');
  });

  it('are in a run’s description, and have to be given again', async () => {
    const [log, checkpoint] = [join(root, 'e.ndjson'), join(root, 'c.checkpoint')];
    const recorded = ['--events', log, '--checkpoint', checkpoint, '--every', '300000'];
    const given = ['--plugin', sticky, inputs];
    const whole = await runResult([scenario, ...given, ...recorded]);
    const header = JSON.parse(readFileSync(log, 'utf8').split('\n')[0]!) as {
      run: { plugins: unknown };
    };
    expect(header.run.plugins).toMatchObject([
      { path: sticky, plugins: ['migration-policy sticky'] },
      { path: inputs, plugins: expect.arrayContaining(['trace-reader bytes']) as unknown },
    ]);
    expect(await well('replay', log, ...given)).toContain('are the same again');
    const resumed = await well('resume', checkpoint, ...given, '--json', '-', '--no-events');
    expect((JSON.parse(resumed) as typeof whole).totals).toEqual(whole.totals);
    const missing =
      /run\.plugins\[0\]: expected \S+sticky\.mjs \(\d+ bytes, SHA-256 \w+\) with migration-policy sticky to be given as --plugin FILE, got none$/;
    expect(await refusal('replay', log)).toMatch(missing);
    expect(await refusal('resume', checkpoint)).toMatch(missing);
    const other = file('other.mjs', readFileSync(sticky, 'utf8').replace('% 4', '% 3'));
    expect(await refusal('replay', log, '--plugin', other, inputs)).toMatch(/got \S+other\.mjs/);
  });

  it('are not needed for a log from before there were any', async () => {
    const log = join(root, 'old.ndjson');
    const old = ['--trace', file('t.lackey', 'I  08048000,2\n L bffff000,4\n'), '--events', log];
    await well('run', ...old);
    const text = readFileSync(log, 'utf8');
    const older = text.replace('"evict":"random",', '').replace(',"policy":"lru"', '');
    expect(older.length).toBe(text.length - 17 - 15);
    writeFileSync(log, older);
    expect(await well('replay', log)).toContain('are the same again');
  });

  it('end a run that they cannot go on with, in one line', async () => {
    expect(await refusal('run', '--plugin', wild, '--evict', 'wild')).toBe(
      'plug-in wild (eviction-policy): choose(slots 4, current 0): expected a slot from 0 to 3, got 7',
    );
    const bad = file('bad.bytes', 'BB\x90');
    expect(await refusal('run', '--plugin', inputs, '--trace', bad)).toMatch(
      /bad\.bytes: record 3: expected bytes up to 80$/,
    );
  });

  it.each([
    ['--evict', 'one of random, empty-first, fifo, lru, wild'],
    ['--tlb-policy', 'one of lru, fifo, random, tree-plru'],
    ['--costs', 'one of default'],
    ['--migrate', 'one of pinned, round-robin, random, balance, schedule'],
  ])('are listed where %s names another', async (option, expected) => {
    const message = await refusal('run', '--plugin', wild, option, 'none-such');
    expect(message).toContain(`${option}: expected ${expected}, got none-such`);
  });

  it.each([
    ['is not there', undefined, /none\.mjs: expected a file with plug-ins, found: no such file/],
    [
      'is no module',
      'export default {\n  kind: 1\n  name\n};\n',
      /none\.mjs:3: expected an ES module that loads, found SyntaxError/,
    ],
    [
      'throws',
      'const a = 1;\nthrow new Error("boo");\n',
      /none\.mjs:2: expected an ES module that loads, found Error: boo/,
    ],
    [
      'has no default export',
      'export const a = 1;\n',
      /none\.mjs: expected a default export that is/,
    ],
    [
      'is none',
      'export default { kind: "tlb-policy", name: "x" };\n',
      /none\.mjs: plug-in x \(tlb-policy\): make: expected a function, got nothing/,
    ],
    [
      'has a built-in one’s name',
      'export default { kind: "cost-model", name: "default", costs: {} };\n',
      /default \(cost-model\): name: expected a name of its own/,
    ],
  ])('are refused if their file %s', async (what, text, message) => {
    const path = join(root, what.replaceAll(/\W/g, '-'), 'none.mjs');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(path, '..'));
    if (text !== undefined) writeFileSync(path, text);
    expect(await refusal('run', '--plugin', path)).toMatch(message);
  });
});

describe('lguest-sim plugin check', { timeout: 120 * seconds }, () => {
  it('says that all is as it has to be, or what is not', async () => {
    const { code, stdout } = await lguestSim(['plugin', 'check', sticky, wild]);
    expect(stdout.split('\n')).toEqual([
      `${sticky}: sticky (migration-policy): all is as it has to be`,
      expect.stringMatching(/wild \(eviction-policy\): answers: plug-in wild .* got 7$/),
      '',
    ]);
    expect(code).toBe(1);
    expect(await well('plugin', 'check', inputs, '--sample', trace)).toMatch(
      /steps \(workload-pattern\): all .*\n.*bytes \(trace-reader\): all .*\n.*slow-walks \(cost-model\): all/,
    );
  });

  it('refuses what it cannot look at', async () => {
    expect(await refusal('plugin', 'check')).toContain(
      'expected a file with plug-ins, got nothing',
    );
    expect(await refusal('plugin', 'check', sticky, '--sample', join(root, 'no'))).toContain(
      'no: expected a trace, found: no such file or directory',
    );
  });

  it('finds nothing wrong with the examples of docs/plugins.md', async () => {
    const docs = readFileSync(new URL('../../../docs/plugins.md', import.meta.url), 'utf8');
    const blocks = [...docs.matchAll(/```js\n\/\/ (\S+\.mjs)\n(.*?)```/gs)];
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    const paths = blocks.map(([, name, text]) => {
      expect(text!.split('\n').length).toBeLessThan(22);
      return file(name!, text!);
    });
    const sample = file('sample.csv', 'kind,address,size\nx,0x8048000,2\nw,0xbffff000,4\n');
    const said = await well('plugin', 'check', ...paths, '--sample', sample);
    expect(said.trimEnd().split('\n')).toHaveLength(blocks.length);
  });
});
