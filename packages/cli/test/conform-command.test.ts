// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lguestSim, type Outcome } from './support/command.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const seconds = 1000;
const root = temporaryDirectory();

/** A guest that boots, reads one page that nobody wrote to, and ends. */
const good = [
  '{"format":"lguest-mmu-trace/1","pae":false,"guestPages":16,"hostCpus":1,"vcpus":1,' +
    '"kernelAddress":"0xc0000000","switcherAddr":"0xffc00000","memBase":"0x10000000",' +
    '"pgdirSlots":4,"hostPageLimit":null}',
  '{"op":"initGuestPagetable","rand":[1],"r":{"ret":0,"delta":{"slots":[[1,{"allocated":true,' +
    '"gpgdir":"0x0","switcherMapped":true,"lastHostCpu":-1}]],"vcpus":[[0,{"pgd":1,' +
    '"linear":true}]],"pgd":[[1,1023,"0x67"]],"pte":[[1,"0xffc00000","switcher","0x161"]],' +
    '"refs":[["switcher",1]],"hostPages":2}}}',
  '{"op":"demandPage","vcpu":0,"vaddr":"0x5000","errcode":0,"r":{"ret":true,"delta":{' +
    '"pgd":[[1,0,"0x67"]],"pte":[[1,"0x5000","zero","0x21"]],"refs":[["zero",1]],"hostPages":3}}}',
  '{"op":"free","r":{"delta":{"refs":[["switcher",0],["zero",0]],"hostPages":0}}}',
  '',
].join('\n');
/** The same, but for a right that the page should have had. */
const different = good.replace('"0x21"', '"0x23"');
const malformed = `${good.trimEnd()}\n{"op":"dance"}\n`;

function file(name: string, content: string | Buffer): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

function conform(...args: string[]): Promise<Outcome> {
  return lguestSim(['conform', ...args]);
}

describe('lguest-sim conform', { timeout: 60 * seconds }, () => {
  it('says that a recording agrees', async () => {
    const path = file('good.ndjson', good);
    expect(await conform(path)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\S+good\.ndjson: .*passed\n1 passed, 0 failed\n$/) as string,
      stderr: '',
    });
  });

  it('reads gzip by its content and standard input by its dash', async () => {
    const path = file('good-inside.txt', gzipSync(good));
    expect(await lguestSim(['conform', path, '-'], gzipSync(good))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/standard input: .*passed\n2 passed, 0 failed\n$/) as string,
    });
  });

  it('shows where a recording differs', async () => {
    const { code, stdout } = await conform(
      file('good-too.ndjson', good),
      file('different.ndjson', different),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/line 3: demandPage/);
    expect(stdout).toMatch(/before .*initGuestPagetable/);
    expect(stdout).toMatch(/pte 1 0x5000 +zero 0x23 +zero 0x21/);
    expect(stdout).toMatch(/\n1 passed, 1 failed\n$/);
  });

  it('replays every recording in a directory', async () => {
    const directory = join(root, 'many');
    mkdirSync(directory);
    writeFileSync(join(directory, 'b.ndjson'), good);
    writeFileSync(join(directory, 'a.ndjson.gz'), gzipSync(good));
    writeFileSync(join(directory, 'README.md'), 'not a recording');
    const { code, stdout } = await conform(directory, '--fidelity', 'mended');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(':')[0])).toEqual([
      join(directory, 'a.ndjson.gz'),
      join(directory, 'b.ndjson'),
      '2 passed, 0 failed',
      '',
    ]);
  });

  it('names a file and line that it cannot read, and goes on with the others', async () => {
    const bad = file('malformed.ndjson', malformed);
    const { code, stdout, stderr } = await conform(bad, file('other.ndjson', different));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^lguest-sim: \S+malformed\.ndjson: line 5: .*dance.*\n$/);
    expect(stdout).toMatch(/\n0 passed, 2 failed\n$/);
  });

  it.each<[what: string, path: () => string, message: string]>([
    ['a missing file', () => join(root, 'missing'), 'no such file or directory'],
    ['a truncated gzip', () => file('cut.gz', gzipSync(good).subarray(0, 50)), 'truncated'],
    ['an empty file', () => file('empty.ndjson', ''), 'expected a header'],
    ['a directory without recordings', () => emptyDirectory(), 'with no *.ndjson'],
  ])('calls %s bad input', async (_, path, message) => {
    const given = path();
    const { code, stdout, stderr } = await conform(given);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '0 passed, 1 failed\n' });
    expect(stderr).toMatch(/^lguest-sim: [^\n]*\n$/);
    expect(stderr).toContain(given);
    expect(stderr).toContain(message);
  });
});

function emptyDirectory(): string {
  const directory = join(root, 'empty');
  mkdirSync(directory);
  return directory;
}
