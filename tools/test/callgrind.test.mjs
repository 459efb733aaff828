// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { optimisedInstructions } from '../../packages/cli/bench/callgrind.mjs';

const directory = mkdtempSync(join(tmpdir(), 'lguest-sim-tools-'));
afterAll(() => rmSync(directory, { recursive: true }));

/**
 * Writes what callgrind and V8 write; returns callgrind's file, and V8's.
 * @param {readonly string[]} lines
 * @param {readonly string[]} map
 */
function written(lines, map) {
  // Any text is as good as a process's number, and that of another process nobody has.
  const pid = `lguest-sim-test-${process.pid}`;
  const counted = join(directory, 'callgrind.out');
  const mapFile = `/tmp/perf-${pid}.map`;
  writeFileSync(counted, ['version: 1', `pid: ${pid}`, ...lines].join('\n'));
  writeFileSync(mapFile, map.join('\n'));
  return { counted, mapFile };
}

describe('counts of callgrind', () => {
  it('are added up by optimised function, absolute and relative addresses alike', () => {
    const lines = [
      'fn=(1)',
      '0x1000 5 3',
      '+4 5 2',
      '* 5 10',
      '-2 5 1',
      '0x2000 7 100',
      '0x9000 0 9',
    ];
    const { counted } = written(lines, ['1000 10 JS:*walk a.js:1:2', '2000 10 JS:~boot a.js:3:4']);
    expect([...optimisedInstructions(counted)]).toEqual([['walk a.js:1:2', 16]]);
  });

  it('leave out what a call costs, which is in the lines of the function called', () => {
    const lines = ['0x1000 5 3', 'cfn=(2)', 'calls=7 0x3000 1', '0x1004 5 500', '+4 5 1'];
    const { counted } = written(lines, ['1000 10 JS:*walk a.js:1:2']);
    expect([...optimisedInstructions(counted)]).toEqual([['walk a.js:1:2', 4]]);
  });

  it('go to what was compiled last where a place was used again', () => {
    const map = ['1000 20 JS:*old a.js:1:2', '1010 20 JS:*new b.js:1:2'];
    const { counted, mapFile } = written(['0x1014 5 3', '0x1004 5 2'], map);
    expect(Object.fromEntries(optimisedInstructions(counted))).toEqual({
      'new b.js:1:2': 3,
      'old a.js:1:2': 2,
    });
    expect(existsSync(mapFile)).toBe(false);
  });
});
