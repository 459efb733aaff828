// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ResultDocument } from '@lguest-sim/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { outcome, start } from './support/command.js';
import { refusal, smallScenario, timeless, well, writeScenario } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const file = (name: string): string => join(root, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');
let scenario: string;
let result: ResultDocument;

/** A CSV file as numbers, by column. */
function columns(name: string): Record<string, number[]> {
  const [names, ...lines] = text(name)
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(
    names!.map((column, at) => [column, lines.map((line) => Number(line[at]))]),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

beforeAll(async () => {
  scenario = smallScenario(root);
  const views = ['series', 'report', 'perfetto', 'inspect'];
  const options = views.flatMap((view) => [`--${view}`, file(`all.${view}`)]);
  await well('run', scenario, ...options, '--json', file('with.json'));
  await well('run', scenario, '--json', file('without.json'));
  result = JSON.parse(text('with.json')) as ResultDocument;
}, 120 * seconds);

describe('the views of lguest-sim run', { timeout: 120 * seconds }, () => {
  it('change nothing in the run, and leave nothing else behind', () => {
    expect(timeless(file('with.json'))).toBe(timeless(file('without.json')));
    expect(readdirSync(root).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('--series has counts that add up to the totals, in as many lines as fit', () => {
    const { from, to, accesses, hypercalls, migrations } = columns('all.series');
    const { totals } = result;
    expect(sum(accesses!)).toBe(totals.accesses);
    expect(sum(migrations!)).toBe(totals.migrations);
    expect(sum(hypercalls!)).toBe(sum(Object.values(totals.hypercalls)));
    expect(from!.length).toBeLessThanOrEqual(1024);
    expect(to!.at(-1)).toBeGreaterThanOrEqual(totals.cycles);
  });

  it('--series --every has intervals as long as that; - is standard output', async () => {
    const csv = await well('run', scenario, '--series', '-', '--every', '50000');
    const lines = csv.trimEnd().split('\n');
    expect(lines[1]).toMatch(/^0,50000,/);
    expect(lines[2]).toMatch(/^50000,100000,/);
    expect(lines.length - 1).toBe(Math.ceil(result.totals.cycles / 50_000));
  });

  it('--report is one page with the run in it', () => {
    const page = text('all.report');
    const [, data] = /<script type="application\/json" id="data">\s*(.*)\n/.exec(page)!;
    expect(JSON.parse(data!)).toMatchObject({ totals: result.totals, status: 'finished' });
  });

  it('--perfetto is JSON, of the window alone if there is one', async () => {
    const parse = (name: string) => JSON.parse(text(name)) as { traceEvents: { ts?: number }[] };
    const whole = parse('all.perfetto').traceEvents;
    await well(
      'run',
      scenario,
      '--perfetto',
      file('some.json'),
      '--perfetto-window',
      '9000..90000',
    );
    const some = parse('some.json').traceEvents;
    expect(some.length).toBeLessThan(whole.length / 2);
    expect(some.every(({ ts = 50 }) => ts >= 9 && ts <= 90)).toBe(true);
  });

  it('--inspect sends the same to a WebSocket as it writes to a file', async () => {
    const server = new WebSocketServer({ port: 0 });
    const received: string[] = [];
    server.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => received.push(data.toString())),
    );
    const { port } = server.address() as AddressInfo;
    await well('run', scenario, '--inspect', `ws://localhost:${port}`);
    server.close();
    expect(`${received.join('\n')}\n` === text('all.inspect')).toBe(true);
    expect(received.length).toBeGreaterThan(1_000);
  });

  it('are of what there was, after Ctrl-C', async () => {
    const long = writeScenario(
      root,
      'long',
      'processes:',
      '  - { pattern: zipf, accesses: 90000000 }',
    );
    const child = start(['run', long, '--series', file('cut.csv'), '--json', file('cut.json')]);
    const ended = outcome(child);
    setTimeout(() => child.kill('SIGINT'), 1500);
    expect((await ended).code).toBe(130);
    const { totals } = JSON.parse(text('cut.json')) as ResultDocument;
    expect(sum(columns('cut.csv')['accesses']!)).toBe(totals.accesses);
  });

  it('leave nothing behind if the run fails', async () => {
    const log = file('bad.lackey');
    writeFileSync(log, 'I  0000f000,4\nnonsense\n');
    mkdirSync(file('empty'));
    const path = join(file('empty'), 'x.json');
    await refusal('run', '--trace', log, '--perfetto', path);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(file('empty'))).toEqual([]);
  });

  it.each<[args: string[], message: string]>([
    [['--series', ''], '--series: expected a file name, or -, got nothing'],
    [
      ['--series', '-', '--report', '-'],
      '--report: expected a file, got "-", which is where --series goes',
    ],
    [['--report', 'x', '--perfetto', './x'], '--perfetto: expected another file than for --report'],
    [['--report', '/nowhere/x'], '--report: expected a file that can be written'],
    [['--perfetto-window', '1..2'], '--perfetto-window: expected --perfetto FILE beside it'],
    [['--perfetto', 'x', '--perfetto-window', '2..1'], '--perfetto-window: expected FROM..TO'],
    [['--inspect', 'ws://'], '--inspect: expected an address such as ws://localhost:8080'],
  ])('refuse %j', async (args, message) => {
    expect(await refusal('run', scenario, ...args)).toContain(message);
  });
});

describe('lguest-sim explain', { timeout: 120 * seconds }, () => {
  it('tells the first fault of a process, with no colours where there is no terminal', async () => {
    const story = await well('explain', scenario);
    expect(story).toMatch(/^Page fault 1: process \d/);
    expect(story).toContain('\n1. CPU ');
    expect(story).not.toContain('\u001b');
  });

  it('tells the same in every form', async () => {
    const args = ['explain', scenario, '--fault', '200', '--format'];
    const story = JSON.parse(await well(...args, 'json')) as { title: string; steps: object[] };
    expect(await well(...args, 'markdown')).toContain(`# ${story.title}\n`);
    expect(await well(...args, 'text')).toContain(`\n${story.steps.length}. `);
  });

  it('tells a migration', async () => {
    const story = await well('explain', scenario, '--migration', '3');
    expect(story).toMatch(/^Migration 3: .* from CPU \d to CPU \d\n/);
    expect(story).toContain('map_switcher_in_guest');
  });

  it.each<[args: string[], message: string]>([
    [['--fault', '1000000'], "--fault: expected one of the run's"],
    [
      ['--vaddr', '0x12345000'],
      "--vaddr: expected one of the run's 0 page faults in that page, got 1",
    ],
    [['--vaddr', 'here'], '--vaddr: expected an address such as 0x08049123, got "here"'],
    [['--fault', '0'], '--fault: expected a whole number from 1'],
    [
      ['--fault', '1', '--migration', '1'],
      '--fault: expected either this or --migration, got both',
    ],
    [['--format', 'html'], '--format: expected one of text, markdown, json, got "html"'],
    [['--json', 'x'], 'json'],
  ])('refuses %j', async (args, message) => {
    expect(await refusal('explain', scenario, ...args)).toContain(message);
  });
});

describe('lguest-sim compare', { timeout: 120 * seconds }, () => {
  it('has settings and notable differences of two runs', async () => {
    await well('run', scenario, '--migrate', 'pinned', '--json', file('pinned.json'));
    const compared = await well('compare', file('without.json'), file('pinned.json'));
    expect(compared).toMatch(/Settings that differ\n +setting +A +B\n +migrate +random +pinned\n/);
    expect(compared).toMatch(/Notable differences[^]*\n +migrations +\d+ +0 +0\.000\n/);
    const markdown = await well(
      'compare',
      file('without.json'),
      file('pinned.json'),
      '--format',
      'markdown',
    );
    expect(markdown).toContain('| migrate | random | pinned |');
  });

  it('finds nothing where nothing differs', async () => {
    const compared = await well('compare', file('with.json'), file('without.json'));
    expect(compared).toMatch(/Nothing differs: all \d+ counts are the same\.\n$/);
  });

  it('refuses what is no result document', async () => {
    expect(await refusal('compare', file('with.json'))).toContain('got only');
    expect(await refusal('compare', file('with.json'), scenario)).toContain('it is no JSON');
    writeFileSync(file('other.json'), '{"schema":"x"}');
    expect(await refusal('compare', file('other.json'), file('with.json'))).toContain(
      'its schema is "x"',
    );
  });
});

describe('lguest-sim machines', { timeout: 60 * seconds }, () => {
  it('draws every machine, as the architecture document does', async () => {
    const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
    expect(page).toContain(await well('machines'));
  });

  it('prints one as a diagram, or as a definition', async () => {
    expect(await well('machines', 'host-cpu', '--format', 'mermaid')).toMatch(/^stateDiagram-v2\n/);
    const config = JSON.parse(await well('machines', 'host-cpu', '--format', 'json')) as object;
    expect(config).toMatchObject({ id: 'host-cpu', initial: 'offline' });
    expect(await refusal('machines', 'nothing')).toContain('expected one of run, host-cpu');
    expect(await refusal('machines', '--format', 'mermaid')).toContain('the name of one machine');
  });
});
