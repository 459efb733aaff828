// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { firstLine } from '../src/recording/checkpoint-file.js';
import { readCheckpoint } from '../src/recording/read-checkpoint.js';
import { lguestSim, outcome, start } from './support/command.js';
import { refusal, smallScenario, timeless, well } from './support/recorded-run.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();
const at = (name: string): string => join(root, name);
const [log, json, checkpoint] = [at('log.ndjson'), at('whole.json'), at('run.checkpoint')];

/** A checkpoint in the middle of the run, since no further one comes before its end. */
const every = '700000';

beforeAll(async () => {
  const outputs = ['--events', log, '--json', json, '--checkpoint', checkpoint, '--every', every];
  await well('run', smallScenario(root), ...outputs);
  copyFileSync(checkpoint, at('kept.checkpoint'));
}, 60 * seconds);

describe('lguest-sim run --checkpoint', { timeout: 120 * seconds }, () => {
  it('changes nothing of the run, and leaves nothing but the checkpoint', async () => {
    const plain = [at('plain.ndjson'), at('plain.json')] as const;
    await well('run', smallScenario(root), '--events', plain[0], '--json', plain[1]);
    expect(timeless(plain[1])).toBe(timeless(json));
    expect(readFileSync(plain[0], 'utf8') === readFileSync(log, 'utf8')).toBe(true);
    expect(readdirSync(root).filter((name) => name.startsWith('run.checkpoint'))).toHaveLength(1);
  });

  it('takes it at a multiple of virtual time, so it is the same each time', async () => {
    const { header } = await readCheckpoint(checkpoint);
    expect(header.time).toBeGreaterThanOrEqual(Number(every));
    expect(header.time).toBeLessThan(Number(every) * 1.1);
    const again = at('again.checkpoint');
    const events = ['--events', log];
    await well('run', smallScenario(root), ...events, '--checkpoint', again, '--every', every);
    expect(readFileSync(again).equals(readFileSync(checkpoint))).toBe(true);
  });

  it('leaves one at Ctrl-C too, from which the run goes on to the same end', async () => {
    const args = ['--cpus', '2', '--guests', '12', '--migrate', 'random'];
    const [path, events] = [at('stopped.checkpoint'), at('stopped.ndjson')];
    const child = start(['run', ...args, '--checkpoint', path, '--events', events]);
    const ended = outcome(child);
    while (!existsSync(events) || readFileSync(events).length < 100_000) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    await well('resume', path, '--json', at('stopped.json'));
    await well('run', ...args, '--json', at('unstopped.json'), '--events', at('unstopped.ndjson'));
    expect(timeless(at('stopped.json'))).toBe(timeless(at('unstopped.json')));
    expect(readFileSync(events, 'utf8') === readFileSync(at('unstopped.ndjson'), 'utf8')).toBe(
      true,
    );
  });
});

describe('lguest-sim resume', { timeout: 120 * seconds }, () => {
  const original = (): string => readFileSync(log, 'utf8');

  it('comes to the same results, and to the same log with nothing lost or twice', async () => {
    const whole = original();
    for (const kept of [whole, `${whole.slice(0, -30)}`]) {
      writeFileSync(log, kept);
      await well('resume', checkpoint, '--json', at('resumed.json'));
      expect(timeless(at('resumed.json'))).toBe(timeless(json));
      expect(original() === whole).toBe(true);
    }
  });

  it('goes on with the log where it is now, or without', async () => {
    copyFileSync(log, at('moved.ndjson'));
    await well('resume', checkpoint, '--events', at('moved.ndjson'), '--no-checkpoint');
    expect(readFileSync(at('moved.ndjson'), 'utf8') === original()).toBe(true);
    const before = original();
    writeFileSync(log, 'another');
    await well('resume', checkpoint, '--no-events', '--no-checkpoint');
    expect(original()).toBe('another');
    expect(await refusal('resume', checkpoint)).toMatch(
      /expected the event log of the interrupted run, at least \d+ bytes long, found 7 bytes \(--events FILE/,
    );
    writeFileSync(log, before.replace('"seed":3', '"seed":4'));
    expect(await refusal('resume', checkpoint)).toMatch(
      /with SHA-256 \w{64} for its first \d+ bytes, found/,
    );
    writeFileSync(log, before);
  });

  it('begins a log of what remains, which replays', async () => {
    const rest = at('rest.ndjson');
    await well('resume', checkpoint, '--events', rest, '--no-checkpoint');
    const [header, ...lines] = readFileSync(rest, 'utf8').split('\n');
    const { first } = JSON.parse(header!) as { first: number };
    expect(first).toBeGreaterThan(100);
    expect(
      lines.join('\n') ===
        original()
          .split('\n')
          .slice(first + 1)
          .join('\n'),
    ).toBe(true);
    expect(await well('replay', rest)).toContain('and so are the results');
  });

  it('goes on writing checkpoints, here or there or not at all', async () => {
    const path = at('on.checkpoint');
    copyFileSync(at('kept.checkpoint'), path);
    const kept = readFileSync(path);
    await well('resume', path, '--no-events', '--no-checkpoint');
    expect(readFileSync(path).equals(kept)).toBe(true);
    await well('resume', path, '--no-events', '--every', '100000', '--checkpoint', at('there'));
    expect(readFileSync(path).equals(kept)).toBe(true);
    const { header } = await readCheckpoint(at('there'));
    expect(header.time).toBeGreaterThan(800_000);
    await well('resume', path, '--no-events', '--every', '100000');
    expect(readFileSync(path).equals(readFileSync(at('there')))).toBe(true);
    await well('resume', path, '--no-events', '--json', at('end.json'));
    expect(timeless(at('end.json'))).toBe(timeless(json));
  });

  it('refuses a checkpoint of which any byte is another, or any part is missing', async () => {
    const whole = readFileSync(at('kept.checkpoint'));
    const path = at('damaged.checkpoint');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (n, bits) => {
          const bytes = Buffer.from(whole);
          bytes[n]! ^= bits;
          writeFileSync(path, bytes);
          await expect(readCheckpoint(path)).rejects.toThrow(`${path}: expected a`);
          writeFileSync(path, whole.subarray(0, n));
          await expect(readCheckpoint(path)).rejects.toThrow(`${path}: expected a`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[what: string, make: (whole: Buffer) => Buffer | string, message: string]>([
    [
      'damaged',
      (whole) => Buffer.from(whole.toString('latin1').replace('"seed":3', '"seed":4'), 'latin1'),
      'expected an undamaged checkpoint (SHA-256 ',
    ],
    ['cut off', (whole) => whole.subarray(0, -5), 'found one that was cut off, of '],
    [
      'older',
      (whole) =>
        Buffer.from(whole.toString('latin1').replace('checkpoint/2', 'checkpoint/1'), 'latin1'),
      'expected a checkpoint of version 2, found an older one, of version 1',
    ],
    [
      'newer',
      (whole) =>
        Buffer.from(whole.toString('latin1').replace('checkpoint/2', 'checkpoint/3'), 'latin1'),
      'found a newer one, of version 3',
    ],
    [
      'foreign',
      () => 'processes: []\n',
      'expected a checkpoint of lguest-sim, found something else',
    ],
    ['empty', () => '', 'expected a checkpoint of lguest-sim, found something else'],
  ])('says in one line that a checkpoint is %s', async (what, make, message) => {
    const path = at(`${what}.checkpoint`);
    writeFileSync(path, make(readFileSync(at('kept.checkpoint'))));
    expect(await refusal('resume', path)).toContain(message);
  });

  it('refuses one of another version of lguest-sim, whose state may look otherwise', async () => {
    const path = at('version.checkpoint');
    const whole = readFileSync(at('kept.checkpoint'));
    const rest = whole.subarray(whole.indexOf(0x0a) + 1);
    const older = Buffer.from(
      rest.toString('latin1').replace(/"version":"[^"]+"/, '"version":"0.0.9"'),
      'latin1',
    );
    const digest = createHash('sha256').update(older).digest('hex');
    writeFileSync(path, Buffer.concat([Buffer.from(firstLine(older.length, digest)), older]));
    expect(await refusal('resume', path)).toMatch(
      /of lguest-sim [\d.]+, found one of 0\.0\.9, which/,
    );
  });

  it('says in one line what else cannot be', async () => {
    expect(await refusal('resume')).toContain('expected the file of one checkpoint, got nothing');
    expect(await refusal('resume', at('none'))).toContain('found: no such file or directory');
    expect(await refusal('resume', root)).toContain('found a directory');
    const both = await refusal('resume', checkpoint, '--events', 'x', '--no-events');
    expect(both).toContain('--no-events: expected no --events beside it');
    expect(await refusal('resume', checkpoint, '--json', checkpoint)).toContain('--json: ');
  });

  it('reads a trace from standard input again', async () => {
    const text = ` S 08049000,4\n L 08049000,4\n`.repeat(20_000);
    const path = at('piped.checkpoint');
    const args = ['run', '--trace', '-', '--checkpoint', path, '--every', '20000', '--json', '-'];
    const whole = await lguestSim(args, text);
    const resumed = await lguestSim(['resume', path, '--json', '-'], text);
    const { code, stderr } = resumed;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const counts = (result: string) => (JSON.parse(result) as { totals: unknown }).totals;
    expect(counts(resumed.stdout)).toEqual(counts(whole.stdout));
    expect((await lguestSim(['resume', path], '')).code).toBe(2);
  });
});
