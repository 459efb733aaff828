// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import {
  conform,
  ConformanceError,
  readTraces,
  renderFileResult,
  renderMismatch,
  replay,
  type FileResult,
} from '../src/index.js';
import { exampleLines } from './support/files.js';

const lines = exampleLines();
const example = lines.join('\n');

/** The example with one line's recorded result changed. */
function withResult(index: number, change: (r: Record<string, unknown>) => unknown): string {
  const line = JSON.parse(lines[index]!) as { r: Record<string, unknown> };
  const changed = JSON.stringify({ ...line, r: change(line.r) });
  return lines.map((text, i) => (i === index ? changed : text)).join('\n');
}

/** Every value inside a result that is no list or object, each replaced by another of its kind. */
function* mutations(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      for (const changed of mutations(item)) yield value.with(i, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const changed of mutations(item)) yield { ...value, [key]: changed };
    }
  } else if (typeof value === 'boolean') yield !value;
  else if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'string') yield value.startsWith('0x') ? '0x8' : 'g3';
}

describe('conforming', () => {
  it('passes the example of the format’s description', () => {
    expect(conform('example', example)).toEqual({
      file: 'example',
      passed: true,
      traces: 1,
      tracesPassed: 1,
      operations: 11,
      mismatches: [],
    });
  });

  it('catches every single value of the example that is changed, on its line', () => {
    let caught = 0;
    for (let index = 1; index < lines.length; index++) {
      const { r } = JSON.parse(lines[index]!) as { r: unknown };
      for (const changed of mutations(r)) {
        const text = withResult(index, () => changed as Record<string, unknown>);
        expect(lineOfFinding(text), JSON.stringify(changed)).toBe(index + 1);
        caught++;
      }
    }
    expect(caught).toBeGreaterThan(100);
  });

  it('catches a change that the trace does not have', () => {
    const text = withResult(10, () => ({}));
    expect(conform('example', text).mismatches[0]?.differences).toEqual([
      { about: 'pgd 1 0', actual: '0x0' },
      { about: 'refs g20', actual: '0' },
      { about: 'hostPages', expected: undefined, actual: '3' },
    ]);
  });

  it('goes on with the next trace after a mismatch', () => {
    const wrong = withResult(4, (r) => ({ ...r, ret: false }));
    const result = conform('three', [example, wrong, example].join('\n'));
    expect(result).toMatchObject({ passed: false, traces: 3, tracesPassed: 2, operations: 26 });
    expect(result.mismatches.map((mismatch) => mismatch.step.line)).toEqual([17]);
  });

  it('gives no verdict on a file that cannot be read, whatever came before', () => {
    const wrong = withResult(4, (r) => ({ ...r, ret: false }));
    expect(() => conform('broken', `${wrong}\n{}`)).toThrow(ConformanceError);
  });

  it('reports a crash that the trace does not have, and one that does not come', () => {
    const crash = '{"op":"setPgd","gpgdir":"0x0","idx":1024,"r":{"oops":"out of bounds"}}';
    const start = lines.slice(0, 2).join('\n');
    expect(conform('crash', `${start}\n${crash}`).passed).toBe(true);
    const none = crash.replace('{"oops":"out of bounds"}', '{}');
    expect(conform('crash', `${start}\n${none}`).mismatches[0]?.differences).toEqual([
      { about: 'oops', expected: undefined, actual: 'out of bounds' },
    ]);
    const other = crash.replace('1024', '1023');
    expect(conform('crash', `${start}\n${other}`).mismatches[0]?.differences).toContainEqual({
      about: 'oops',
      expected: 'out of bounds',
      actual: undefined,
    });
  });

  it('replays with the original’s defects unless told otherwise', () => {
    const crash = '{"op":"setPgd","gpgdir":"0x0","idx":1024,"r":{"oops":"out of bounds"}}';
    const [trace] = readTraces([...lines.slice(0, 2), crash].join('\n'));
    expect(replay(trace!).passed).toBe(true);
    const { passed, mismatch } = replay(trace!, { fidelity: 'mended' });
    expect(passed).toBe(false);
    expect(mismatch?.actual).toMatchObject({ killed: 'Attempt to set pgd 1024/1024' });
  });
});

/** The line on which a changed file is found out: as unreadable, or as a mismatch. */
function lineOfFinding(text: string): number | undefined {
  try {
    return conform('changed', text).mismatches[0]?.step.line;
  } catch (error) {
    if (error instanceof ConformanceError) return error.line;
    throw error;
  }
}

describe('rendering', () => {
  const wrong = withResult(7, (r) => ({
    ...r,
    delta: { refs: [['regs0', 1]], pte: [[1, '0xffc03000', 'regs0', '0x67']] },
  }));
  const result: FileResult = conform('traces/wrong.ndjson', `${example}\n${wrong}`);
  const text = renderMismatch(result.mismatches[0]!);

  it('shows the step before, the operation, and expected and actual side by side', () => {
    const [title, ...rest] = text.split('\n');
    expect(title).toBe('line 20: mapSwitcher, operation 7 of the trace from line 13');
    expect(rest.join('\n')).toContain('before    {"op":"newPagetable","vcpu":0,"pgtable":"0x1000"');
    expect(rest.join('\n')).toContain('operation {"op":"mapSwitcher","vcpu":0,"hostCpu":1');
    const table = rest.slice(rest.findIndex((line) => line.includes('expected')));
    expect(table).toEqual([
      '                          expected                    actual',
      '  slots 1                 -                           allocated=true',
      '                                                      gpgdir=0x1000',
      '                                                      lastHostCpu=1',
      '                                                      switcherMapped=true',
      '  pte 1 0xffc03000        regs0 0x67                  regs0 0x63',
      '  pte 1 0xffc04000        -                           cpu1.ro 0x61',
      '  refs cpu1.ro            -                           1',
    ]);
  });

  it('keeps to 82 columns', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(82);
  });

  it('shows no more differences than fit a screen', () => {
    const pte = Array.from({ length: 60 }, (_, i) => [
      1,
      `0x${(i + 1).toString(16)}000`,
      'zero',
      '0x25',
    ]);
    const many = withResult(7, () => ({ delta: { pte } }));
    const [mismatch] = conform('many', many).mismatches;
    expect(renderMismatch(mismatch!)).toMatch(/and \d+ differences more$/);
  });

  it('says in a line what came of a file', () => {
    expect(renderFileResult(result)).toBe('traces/wrong.ndjson: 2 traces, 18 operations: 1 FAILED');
    expect(renderFileResult(conform('good', example))).toBe(
      'good: 1 traces, 11 operations: passed',
    );
  });
});
