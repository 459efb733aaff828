// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { ConformanceError, readTraces, type Trace, type TraceInput } from '../src/index.js';
import { exampleLines } from './support/files.js';

const read = (input: TraceInput): Trace[] => [...readTraces(input)];
const lines = exampleLines();
const [headerLine = '', firstLine = ''] = lines;

function errorOf(input: TraceInput): ConformanceError {
  try {
    read(input);
  } catch (error) {
    if (error instanceof ConformanceError) return error;
    throw error;
  }
  throw new Error('expected a ConformanceError, but it was read');
}

/** The example with one line replaced by another. */
function withLine(index: number, change: (line: string) => string): string {
  return lines.map((line, i) => (i === index ? change(line) : line)).join('\n');
}

/** The example's second operation, on two-level tables, replaced. */
const withOperation = (operation: string): string => withLine(2, () => operation);

describe('reading a trace', () => {
  it('gives the header with numbers for hexadecimal', () => {
    const [trace] = read(lines.join('\n'));
    expect(trace?.line).toBe(1);
    expect(trace?.header).toEqual({
      pae: false,
      guestPages: 64,
      hostCpus: 2,
      vcpus: 1,
      kernelAddress: 0xc0000000,
      switcherAddr: 0xffc00000,
      memBase: 0x20000000,
      hostPageLimit: null,
    });
  });

  it('gives each operation with its line, text and recorded result', () => {
    const [trace] = read(lines.join('\n'));
    expect(trace?.steps).toHaveLength(11);
    expect(trace?.steps[7]).toMatchObject({
      line: 9,
      text: lines[8],
      operation: { op: 'demandPage', vcpu: 0, vaddr: 0x10123, errcode: 4 },
      expected: { ret: true, delta: { mem: [['0x2040', '0x14027']] } },
    });
  });

  it('passes over comments and empty lines, and counts them', () => {
    const [trace] = read(`# a comment\n \n${lines.join('\n# another\n')}\n\n`);
    expect(trace?.line).toBe(3);
    expect(trace?.steps[0]?.line).toBe(5);
    expect(trace?.steps).toHaveLength(11);
  });

  it('accepts lines that end in carriage return and line feed', () => {
    expect(read(lines.join('\r\n'))[0]?.steps).toHaveLength(11);
  });

  it('reads bytes in chunks of any size', () => {
    const bytes = new TextEncoder().encode(`# größer\n${lines.join('\n')}\n`);
    for (const size of [1, 7, 100]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(read(chunks)[0]?.steps).toHaveLength(11);
    }
  });

  it('reads several traces of one file', () => {
    const traces = read([...lines, ...lines.slice(0, 3), headerLine].join('\n'));
    expect(traces.map((trace) => [trace.line, trace.steps.length])).toEqual([
      [1, 11],
      [13, 2],
      [16, 0],
    ]);
  });

  it('splits entries of 64 bits into halves', () => {
    const pae = headerLine.replace('"pae":false', '"pae":true').replace('0xffc00000', '0xffe00000');
    const setPte =
      '{"op":"setPte","vcpu":0,"gpgdir":"0x1000","vaddr":"0x0","pte":"0x800000001234f067","r":{}}';
    const init = '{"op":"initGuestPagetable","rand":[],"r":{"ret":0}}';
    const step = read([pae, init, setPte].join('\n'))[0]?.steps[1];
    expect(step?.operation).toMatchObject({ pte: { low: 0x1234f067, high: 0x80000000 } });
  });
});

describe('refusing what is no trace', () => {
  it.each([
    ['an empty file', '', 'line 1: end of file: expected a header'],
    ['a file of comments', '# only this\n', 'line 2: end of file: expected a header'],
    ['what is not JSON', `${headerLine}\n{"op":`, /^line 2: not JSON \(.+\)$/],
    ['a value that is no object', '[1]', 'line 1: line is [1]: expected an object'],
    ['an operation before any header', firstLine, /^line 1: operation is .+: expected a header/],
    [
      'another format',
      headerLine.replace('trace/1', 'trace/2'),
      'line 1: format is "lguest-mmu-trace/2": expected "lguest-mmu-trace/1"',
    ],
    [
      'another first operation',
      `${headerLine}\n{"op":"free","r":{}}`,
      'line 2: op is "free": expected initGuestPagetable as the first operation of a trace',
    ],
    [
      'operations after the end',
      `${lines.join('\n')}\n{"op":"free","r":{}}`,
      'line 13: op is "free": expected a header, as the trace ended on line 12',
    ],
  ])('says so of %s', (_, text, message) => {
    expect(errorOf(text).message).toMatch(message);
  });

  it('says on which line bytes are not UTF-8', () => {
    const bytes = new TextEncoder().encode(`${headerLine}\n`);
    const error = errorOf([bytes, new Uint8Array([0xff, 0xfe])]);
    expect(error.message).toMatch(/^line 2: bytes that are not UTF-8/);
  });

  it('says so of operations after a crash of the host', () => {
    const oops = '{"op":"setPgd","gpgdir":"0x0","idx":1024,"r":{"oops":"out of bounds"}}';
    const text = [headerLine, firstLine, oops, lines[2]].join('\n');
    expect(errorOf(text).message).toMatch(/^line 4: .+ended on line 3$/);
  });

  it('says so of operations after a set-up that failed', () => {
    const failed = '{"op":"initGuestPagetable","rand":[],"r":{"ret":-12}}';
    expect(errorOf([headerLine, failed, lines[2]].join('\n')).message).toMatch(
      /^line 3: .+ended on line 2$/,
    );
  });
});

describe('refusing a header', () => {
  const fields = Object.keys(JSON.parse(headerLine) as object).filter((key) => key !== 'format');

  it.each(fields)('that lacks %s', (field) => {
    const header = JSON.parse(headerLine) as Record<string, unknown>;
    delete header[field];
    expect(errorOf(JSON.stringify(header)).message).toMatch(
      new RegExp(`^line 1: ${field} is missing: expected `),
    );
  });

  it.each([
    ['pae', 1, 'true or false'],
    ['guestPages', 0, 'an integer from 1 to 1048575'],
    ['guestPages', 1.5, 'an integer from 1 to 1048575'],
    ['hostCpus', 0, 'an integer from 1 to 512'],
    ['vcpus', 5, 'an integer from 1 to 4'],
    ['vcpus', '1', 'an integer from 1 to 4'],
    ['pgdirSlots', 8, '4'],
    ['memBase', 536870912, 'a string of lower-case hexadecimal'],
    ['memBase', '0x100000000', 'at most 32 bits'],
    ['kernelAddress', '0xC0000000', 'a string of lower-case hexadecimal'],
    ['kernelAddress', '0x00', 'a string of lower-case hexadecimal'],
    ['switcherAddr', '0xffc00800', 'a page with room for 5 pages below 4 GiB'],
    ['switcherAddr', '0xfffff000', 'a page with room for 5 pages below 4 GiB'],
    ['hostPageLimit', -1, 'an integer from 0 to 2^32 - 1'],
  ])('whose %s is %j', (field, value, expected) => {
    const header = JSON.parse(headerLine) as Record<string, unknown>;
    const error = errorOf(JSON.stringify({ ...header, [field]: value }));
    expect(error.line).toBe(1);
    expect(error.message).toContain(`${field} is ${JSON.stringify(value)}: expected ${expected}`);
  });
});

describe('refusing an operation', () => {
  it('for every field that it may lack', () => {
    for (const [index, line] of lines.entries()) {
      if (index === 0) continue;
      const operation = JSON.parse(line) as Record<string, unknown>;
      for (const field of Object.keys(operation)) {
        const rest = { ...operation, [field]: undefined };
        const error = errorOf(withLine(index, () => JSON.stringify(rest)));
        expect(error.line).toBe(index + 1);
        expect(error.message).toContain(`${field} is missing: expected`);
      }
    }
  });

  it.each([
    ['{"op":"fly","r":{}}', 'op is "fly": expected initGuestPagetable, guestDataInit'],
    ['{"op":"constructor","r":{}}', 'op is "constructor": expected'],
    ['{"op":"flushUser","vcpu":1,"r":{}}', 'vcpu is 1: expected an integer from 0 to 0'],
    ['{"op":"flushUser","vcpu":-1,"r":{}}', 'vcpu is -1: expected'],
    ['{"op":"mapSwitcher","vcpu":0,"hostCpu":2,"r":{}}', 'hostCpu is 2: expected'],
    [
      '{"op":"flushUser","vcpu":0,"vaddr":"0x0","r":{}}',
      'operation has a key "vaddr": expected only op, vcpu, r',
    ],
    ['{"op":"setPmd","pmdp":"0x0","idx":0,"r":{}}', 'no such operation on two-level tables'],
    [
      '{"op":"setPte","vcpu":0,"gpgdir":"0x0","vaddr":"0x0","pte":"0x100000000","r":{}}',
      'pte is "0x100000000": expected at most 32 bits',
    ],
    [
      '{"op":"guestWrite","gpa":"0x0","size":4,"value":"0x100000000","r":{"ret":true}}',
      'value is "0x100000000": expected at most 32 bits',
    ],
    ['{"op":"guestWrite","gpa":"0x0","size":2,"value":"0x1","r":{"ret":true}}', 'expected 4 or 8'],
    ['{"op":"launcher","gpfn":60,"count":5,"state":"anon","r":{}}', 'count is 5: expected'],
    ['{"op":"launcher","gpfn":0,"count":1,"state":"gone","r":{}}', 'expected "anon" or "private"'],
    ['{"op":"hostPageLimit","n":4294967296,"r":{}}', 'n is 4294967296: expected'],
    ['{"op":"newPagetable","vcpu":0,"pgtable":"0x0","rand":[1.5],"r":{}}', 'rand is 1.5: expected'],
  ])('%s', (operation, message) => {
    const error = errorOf(withOperation(operation));
    expect(error.line).toBe(3);
    expect(error.message).toContain(message);
  });
});

describe('refusing a result', () => {
  const of = (r: object): string => JSON.stringify({ op: 'flushUser', vcpu: 0, r });
  const delta = (changes: object): string => of({ delta: changes });

  it.each([
    [of({ verdict: 1 }), 'r has a key "verdict": expected only ret, killed'],
    [of({ ret: true }), 'r.ret is true: expected none'],
    [of({ killed: '' }), 'r.killed is ""'],
    [of({ oops: 'fire' }), 'r.oops is "fire": expected NULL dereference'],
    [
      of({ oops: 'out of bounds', delta: {} }),
      'r beside oops has a key "delta": expected only oops',
    ],
    [of({ leaks: [] }), 'expected leaks on free only'],
    ['{"op":"demandPage","vcpu":0,"vaddr":"0x0","errcode":0,"r":{}}', 'r.ret is missing'],
    ['{"op":"guestPa","vcpu":0,"vaddr":"0x0","r":{"ret":0}}', 'r.ret is 0: expected a string'],
    [delta({ tlb: [] }), 'r.delta has a key "tlb": expected only slots, vcpus'],
    [delta({ slots: [[4, { allocated: false }]] }), 'slot is 4: expected an integer from 0 to 3'],
    [delta({ slots: [[0, { allocated: true }]] }), 'gpgdir is missing'],
    [delta({ slots: [[0, { allocated: false, gpgdir: '0x0' }]] }), 'unallocated slot'],
    [delta({ vcpus: [[1, { pgd: 0, linear: true }]] }), 'vcpu is 1: expected'],
    [delta({ pgd: [[0, 1024, '0x67']] }), 'index is 1024: expected an integer from 0 to 1023'],
    [delta({ pgd: [[0, 1, '0x1067']] }), 'expected bits 0 to 11'],
    [delta({ pgd: [[0, 1]] }), 'expected a list of 3 values'],
    [delta({ pmd: [[0, 0, 0, '0x67']] }), 'no middle level on two-level tables'],
    [delta({ pte: [[0, '0x1001', 'zero', '0x25']] }), 'expected the address of a page'],
    [delta({ pte: [[0, '0x1000', 'g64', '0x25']] }), 'page is "g64": expected a page that'],
    [delta({ pte: [[0, '0x1000', 'zero', '0x8000000000000025']] }), 'expected at most 32 bits'],
    [delta({ refs: [['none', 1]] }), 'page is "none"'],
    [delta({ refs: [['cpu2.ro', 1]] }), 'page is "cpu2.ro"'],
    [delta({ refs: [['regs1', 1]] }), 'page is "regs1"'],
    [delta({ refs: [['zero', 0.5]] }), 'count is 0.5'],
    [
      delta({
        refs: [
          ['zero', 1],
          ['zero', 2],
        ],
      }),
      'expected no two entries about the same thing',
    ],
    [delta({ mem: [['0x2', '0x1']] }), 'expected an aligned word in guest memory'],
    [delta({ mem: [['0x40000', '0x1']] }), 'expected an aligned word in guest memory'],
    [delta({ hostPages: -1 }), 'r.delta.hostPages is -1'],
    [delta({ kernelAddress: 'high' }), 'r.delta.kernelAddress is "high"'],
  ])('%s', (operation, message) => {
    const error = errorOf(withOperation(operation));
    expect(error.line).toBe(3);
    expect(error.message).toContain(message);
  });

  it('accepts later frames of a guest page and counts below zero', () => {
    const text = withOperation(delta({ refs: [['g63.1', -1]] }));
    expect(read(text)[0]?.steps[1]?.expected.delta?.refs).toEqual([['g63.1', -1]]);
  });
});
