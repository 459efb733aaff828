// SPDX-License-Identifier: GPL-2.0-or-later
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsSchema } from '../src/recording/events-schema.js';
import { lguestSim, outcome, start } from './support/command.js';
import { refusal, smallScenario, timeless, well } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const log = join(root, 'log.ndjson');
let lines: readonly string[] = [];

/** A log that is another one, changed. */
function changed(name: string, change: (lines: string[]) => readonly string[]): string {
  const path = join(root, name);
  writeFileSync(path, change([...lines]).join('\n'));
  return path;
}

function withLine(name: string, index: number, line: string): string {
  return changed(name, (all) => all.with(index, line));
}

beforeAll(async () => {
  await well('run', smallScenario(root), '--events', log, '--json', join(root, 'with.json'));
  lines = readFileSync(log, 'utf8').split('\n');
}, 60 * seconds);

describe('lguest-sim run --events', { timeout: 120 * seconds }, () => {
  it('writes the same bytes each time, and changes nothing of the run', async () => {
    const again = join(root, 'again.ndjson');
    await well('run', smallScenario(root), '--events', again);
    expect(readFileSync(again, 'utf8') === readFileSync(log, 'utf8')).toBe(true);
    await well('run', smallScenario(root), '--json', join(root, 'without.json'));
    expect(timeless(join(root, 'without.json'))).toBe(timeless(join(root, 'with.json')));
  });

  it('writes header, messages in order, and an end, all as the shipped schema says', () => {
    const file = new URL('../schemas/events.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(file, 'utf8')) as object;
    // If not: node tools/events-schema.mjs
    expect(schema).toEqual(JSON.parse(JSON.stringify(eventsSchema())));
    const isValid = new Ajv({ allowUnionTypes: true }).compile(schema);
    const documents = lines.slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const each of documents) expect(isValid(each), JSON.stringify(isValid.errors)).toBe(true);
    expect(documents[0]).toMatchObject({ schema: 'lguest-sim/events/1', first: 0 });
    const messages = documents.slice(1, -1);
    expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, n) => n));
    expect(documents.at(-1)).toMatchObject({ status: 'finished', messages: messages.length });
    expect(isValid({ ...documents[5], topic: 'unheard-of' })).toBe(false);
  });

  it('writes to standard output for -, and then nothing else there', async () => {
    const stdout = await well('run', smallScenario(root), '--events', '-');
    expect(stdout === readFileSync(log, 'utf8')).toBe(true);
  });

  it.each<[what: string, args: string[], message: string]>([
    [
      'standard output twice',
      ['--events', '-', '--json', '-'],
      '--events: expected a file, got "-"',
    ],
    ['a directory', ['--events', root], '--events: expected a file that can be written'],
    [
      'one file twice',
      ['--events', 'x', '--json', './x'],
      '--events: expected another file than for --json',
    ],
    [
      'an interval alone',
      ['--every', '5000'],
      '--every: expected --checkpoint or --series FILE beside it',
    ],
    [
      'an empty interval',
      ['--checkpoint', 'x', '--every', '0'],
      '--every: expected a whole number',
    ],
    ['a checkpoint for -', ['--checkpoint', '-'], '--checkpoint: expected a file name, got "-"'],
    [
      'a log that is gone',
      ['--checkpoint', 'x', '--events', '-'],
      '--events: expected a file beside',
    ],
  ])('refuses %s', async (_, args, message) => {
    expect(await refusal('run', ...args)).toContain(message);
  });
});

describe('lguest-sim replay', { timeout: 120 * seconds }, () => {
  it('says that a run is the same again, with figures', async () => {
    expect(await well('replay', log)).toMatch(
      /log\.ndjson: all [\d,]+ messages are the same again, and so are the results\.\n$/,
    );
  });

  it('shows the first difference with what came before, and ends with 1', async () => {
    const other = lines[200]!.replace(/"time":(\d+)/, '"time":1$1');
    const { code, stdout, stderr } = await lguestSim([
      'replay',
      withLine('time.ndjson', 200, other),
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('time.ndjson:201: the first message that is not the same again');
    for (const before of lines.slice(195, 200)) expect(stdout).toContain(`\n  ${before}\n`);
    expect(stdout).toContain(`\nExpected  ${other}\nFound     ${lines[200]}\n`);
    expect(stdout).toMatch(/\n {2}time: expected 1\d+, found \d+\n$/);
  });

  it.each<[what: string, change: (all: string[]) => string[], line: number]>([
    ['lacks a message', (all) => all.toSpliced(300, 1), 301],
    ['has a message twice', (all) => all.toSpliced(300, 0, all[300]!), 302],
    ['ends early', (all) => all.toSpliced(-3, 1), -2],
    ['goes on too long', (all) => all.toSpliced(-2, 0, all.at(-3)!), -3],
  ])('finds that a log %s', async (what, change, line) => {
    const path = changed(`${what}.ndjson`, change);
    const { code, stdout } = await lguestSim(['replay', path]);
    expect(code).toBe(1);
    const at = line > 0 ? line : change([...lines]).length + line + 1;
    expect(stdout).toContain(`.ndjson:${at}: the first message`);
  });

  it('finds that the results differ though no message does', async () => {
    const end = lines.at(-2)!.replace(/"result":"..../, '"result":"0123');
    const { code, stdout } = await lguestSim(['replay', withLine('end.ndjson', -2, end)]);
    expect(code).toBe(1);
    expect(stdout).toContain('every message is the same again, but the results are not');
  });

  it.each<[how: string, cut: (text: string) => string, message: RegExp]>([
    [
      'after a line',
      (text) => text.split('\n').slice(0, 101).join('\n') + '\n',
      /cut off, without its last record; as far as it goes, all 100 messages/,
    ],
    [
      'in a line',
      (text) => text.slice(0, 20_000),
      /cut off, in the middle of its last line; as far as/,
    ],
    [
      'after the header',
      (text) => text.slice(0, text.indexOf('\n') + 1),
      /all 0 messages are the same again/,
    ],
  ])('goes as far as a log that was cut off %s', async (_, cut, message) => {
    const path = join(root, 'cut.ndjson');
    writeFileSync(path, cut(readFileSync(log, 'utf8')));
    expect(await well('replay', path)).toMatch(message);
  });

  it('goes as far as a run that was interrupted', async () => {
    const path = join(root, 'interrupted.ndjson');
    const child = start(['run', '--cpus', '2', '--guests', '40', '--events', path]);
    const ended = outcome(child);
    while (readSize(path) < 200_000) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const last = readFileSync(path, 'utf8').split('\n').at(-2)!;
    expect(JSON.parse(last)).toMatchObject({ status: 'interrupted' });
    expect(await well('replay', path)).toMatch(
      /the run was interrupted; up to there, all [\d,]+ mess/,
    );
  });

  it('sees a run fail as it did then', async () => {
    const path = join(root, 'failed.ndjson');
    const { code, stderr } = await lguestSim(['run', 'zero-page', '--check', '--events', path]);
    expect(code).toBe(1);
    const last = JSON.parse(readFileSync(path, 'utf8').split('\n').at(-2)!) as { error: string };
    expect(last).toMatchObject({ status: 'failed' });
    expect(stderr).toContain(last.error);
    expect(await well('replay', path)).toMatch(
      /the run failed, and does so again: .+; all [\d,]+ messages/,
    );
  });

  it.each<[what: string, make: () => string, message: string]>([
    ['no JSON', () => withLine('a', 40, 'nonsense'), ':41: expected a line of JSON'],
    [
      'no message',
      () => withLine('b', 40, '{"sequence":39}'),
      ':41: time: expected a whole number',
    ],
    [
      'no header',
      () => changed('c', (all) => all.slice(1)),
      ':1: schema: expected "lguest-sim/events/1"',
    ],
    [
      'another schema',
      () => withLine('d', 0, '{"schema":"x/2"}'),
      ':1: schema: expected "lguest-sim/',
    ],
    [
      'a bad machine',
      () => withLine('e', 0, lines[0]!.replace('"cpus":2', '"cpus":99')),
      ':1: run.config.cpus: expected a whole number from 1 to 64, got 99',
    ],
    [
      'a machine that lacks something',
      () => withLine('f', 0, lines[0]!.replace('"seed":3,', '')),
      ':1: run.config.seed: expected a number, got nothing',
    ],
    [
      'a wrong count',
      () => withLine('g', -2, lines.at(-2)!.replace('"messages":', '"messages":1')),
      'messages, got 1',
    ],
    [
      'something after its end',
      () => changed('h', (all) => [...all.slice(0, -1), all[1]!]),
      ': expected nothing after the last record',
    ],
    [
      'no content',
      () => changed('i', () => []),
      ':1: expected the header of an event log, got nothing',
    ],
    ['no file', () => join(root, 'none'), 'none: expected an event log, found: no such file'],
    ['a directory', () => root, 'expected an event log, found: it is a directory'],
  ])('refuses a log with %s', async (_, make, message) => {
    expect(await refusal('replay', make())).toContain(message);
  });
});

describe('the traces of a recorded run', { timeout: 120 * seconds }, () => {
  const trace = join(root, 'a.lackey');
  const traced = join(root, 'traced.ndjson');
  const text = 'I  08048000,2\n S 08049000,4\n L 08049000,4\n';

  beforeAll(async () => {
    writeFileSync(trace, text);
    mkdirSync(join(root, 'logs'));
    writeFileSync(join(root, 'logs', '7.lackey'), '==7== Command: a\n L 08048000,4\n');
    await well('run', '--trace', trace, '--tree', join(root, 'logs'), '--events', traced);
  });

  it('are found elsewhere when told where', async () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(join(elsewhere, 'logs'), { recursive: true });
    copyFileSync(trace, join(elsewhere, basename(trace)));
    copyFileSync(join(root, 'logs', '7.lackey'), join(elsewhere, 'logs', '7.lackey'));
    expect(await well('replay', traced, '--trace-dir', elsewhere)).toContain(
      'and so are the results',
    );
    writeFileSync(join(elsewhere, 'logs', '8.lackey'), '==8== Command: a\n L 08048000,4\n');
    expect(await refusal('replay', traced, '--trace-dir', elsewhere)).toContain(
      '8.lackey beside them',
    );
  });

  it('are refused when they have changed, with both digests, or are gone', async () => {
    writeFileSync(trace, `${text} L 08049000,4\n`);
    expect(await refusal('replay', traced)).toMatch(
      /a\.lackey: expected the recorded trace \(42 bytes, SHA-256 [0-9a-f]{64}\), found another \(56 bytes, SHA-256 [0-9a-f]{64}\)/,
    );
    const gone = await refusal('replay', traced, '--trace-dir', join(root, 'nowhere'));
    expect(gone).toContain('found: no such file or directory (paths are as they were given');
  });

  it('come from standard input again if they did', async () => {
    const path = join(root, 'piped.ndjson');
    expect((await lguestSim(['run', '--trace', '-', '--events', path], text)).code).toBe(0);
    const { code, stdout } = await lguestSim(['replay', path], text);
    expect(code).toBe(0);
    expect(stdout).toContain('same again');
    const other = await lguestSim(['replay', path], ' L 08049000,4\n');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('standard input: expected the recorded trace (42 bytes');
  });
});

function readSize(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}
