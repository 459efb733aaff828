// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessBatch } from '../src/index.js';
import { openTrace } from '../src/node/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lguest-sim-shared-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Long enough for several reads of the file. */
const lines = (seed: number): string =>
  Array.from(
    { length: 40_000 },
    (_, at) => ` L 0804${((at * seed) % 4096).toString(16).padStart(4, '0')},1\n`,
  ).join('');

const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

describe.runIf(process.platform === 'linux')('trace files', () => {
  it('take one descriptor each, however many read them at once, each at its own place', async () => {
    const path = join(folder, 'shared');
    await writeFile(path, lines(7));
    const before = await descriptors();
    const sources = await Promise.all(Array.from({ length: 100 }, () => openTrace(path)));
    const batch = new AccessBatch();
    for (const [turn, source] of sources.entries()) {
      for (let read = 0; read <= turn % 5; read++) await source.read(batch);
    }
    expect(await descriptors()).toBeLessThanOrEqual(before + 1);
    const firsts = new Set<string>();
    for (const source of sources.slice(0, 4).reverse()) {
      expect(await source.read(batch)).toBe(true);
      firsts.add(String(batch.addresses.slice(0, 4)));
    }
    expect(firsts.size).toBe(4);
    await Promise.all(sources.map((source) => source.close()));
    expect(await descriptors()).toBeLessThanOrEqual(before);
  });

  it('are closed and opened again while there are many of them', async () => {
    const before = await descriptors();
    const batch = new AccessBatch(4096);
    const sources = [];
    for (let index = 0; index < 300; index++) {
      const path = join(folder, `many-${index}`);
      await writeFile(path, lines(index + 1));
      sources.push(await openTrace(path));
    }
    for (let round = 0; round < 3; round++) {
      for (const [index, source] of sources.entries()) {
        await source.read(batch);
        const first = (round * (4096 - 3) * (index + 1)) % 4096;
        expect(batch.addresses[0]).toBe(0x08040000 + first);
      }
    }
    expect((await descriptors()) - before).toBeLessThanOrEqual(257);
    await Promise.all(sources.map((source) => source.close()));
    expect(await descriptors()).toBeLessThanOrEqual(before);
  });

  it('that are changed while they were closed are told', async () => {
    const batch = new AccessBatch(4096);
    const path = join(folder, 'changed');
    await writeFile(path, lines(3));
    const source = await openTrace(path);
    await source.read(batch);
    const others = [];
    for (let index = 0; index < 260; index++)
      others.push(await openTrace(join(folder, `many-${index}`)));
    await writeFile(path, lines(5));
    await utimes(path, 1, 1);
    const rest = async (): Promise<void> => {
      while (await source.read(batch));
    };
    await expect(rest()).rejects.toThrow(`${path}: expected a file that stays as it is`);
    await Promise.all([source, ...others].map((each) => each.close()));
  });
});
