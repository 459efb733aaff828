// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessBatch, TraceError } from '../src/index.js';
import { readText, textSource } from './support/reading.js';

async function failure(text: string, kernelAddress?: number): Promise<TraceError> {
  const options = kernelAddress === undefined ? {} : { kernelAddress };
  const error = await readText(text, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TraceError);
  return error as TraceError;
}

const MALFORMED: readonly (readonly [line: string, expected: RegExp])[] = [
  ['garbage', /expected an access such as .*, found "garbage"/],
  ['I 08049b00,2', /expected an access/],
  ['I  ,2', /expected an address of 1 to 16 hexadecimal digits, found "I {2},2"/],
  ['I  0804gb00,2', /expected a comma/],
  ['I  12345678123456789,2', /expected an address of 1 to 16/],
  ['I  -8049b00,2', /expected an address/],
  [' L 08049b00', /expected a comma and a size after the address/],
  [' L 08049b00 4', /expected a comma/],
  [' L 08049b00,', /expected a size of 1 to 4096 bytes/],
  [' L 08049b00,0', /expected a size of 1 to 4096 bytes/],
  [' L 08049b00,4097', /expected a size/],
  [' L 08049b00,99999', /expected a size/],
  [' L 08049b00,x', /expected a size/],
  [' L 08049b00,4 ', /expected a size/],
  [' X 08049b00,4', /expected an access/],
  [' L 0x8049b00,4', /expected a comma/],
  ['L 08049b00,4', /expected an access/],
  [' L ffffffffffffffff,2', /expected an access that ends within 64 bits/],
  ['SYSCALL[1,1](45', /expected "SYSCALL\[PID,TID\]/],
  ['SYSCALL[1](45) sys_brk ( 0x0 )', /expected "SYSCALL/],
  ['SYSCALL[1,1](45) sys_brk ( 0x0', /expected "SYSCALL/],
  ['SYSCALL[1,1](45) sys_brk ( 0x0 ) --> [pre-success] Succ', /expected "SYSCALL/],
  ['SYSCALL[1,1](45) ... [async] --> Perhaps(0x0)', /expected "SYSCALL/],
  [' --> nothing', /expected " --> \[HOW\] Success/],
  ['-', /expected an access/],
  ['\0\x01binary\xff', /found "\\x00\\x01binary\\xff"/],
];

describe('a malformed line', () => {
  it.each(MALFORMED)('%j is named, with what was expected', async (line, expected) => {
    const error = await failure(`==1== x\nI  08049b00,2\n\n${line}\nI  08049b00,2\n`);
    expect(error.message).toMatch(/^inline\.lackey:4: expected /);
    expect(error.message).toMatch(expected);
    expect([error.code, error.file, error.line]).toEqual(['TRACE_MALFORMED', 'inline.lackey', 4]);
  });

  it('is named wherever it stands, however the bytes arrive', async () => {
    const good = fc.constantFrom(
      'I  08049b00,2',
      ' M 08049ffe,4',
      ' S 7ffc12345678,16',
      '==1== x',
      '',
      'SYSCALL[7,1](20) sys_getpid ()[sync] --> Success(0x7) ',
      ' --> [pre-fail] Failure(0x26) ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(good, { maxLength: 30 }),
        fc.constantFrom(...MALFORMED.map(([line]) => line)),
        fc.array(fc.nat(500)),
        fc.constantFrom('\n', '\r\n'),
        async (before, bad, ends, newline) => {
          const text = [...before, bad, 'I  08049b00,2', ''].join(newline);
          const source = textSource(text, {}, ends);
          const batch = new AccessBatch(8);
          const reading = (async () => {
            while (await source.read(batch)) continue;
          })();
          await expect(reading).rejects.toMatchObject({ line: before.length + 1 });
          await source.close();
        },
      ),
    );
  });

  it('is shown in its first 40 characters', async () => {
    const { message } = await failure(`I  08049b00,2\n${'x'.repeat(50)}\n`);
    expect(message).toContain(`found "${'x'.repeat(40)}…"`);
  });

  it('may be so long that its end is never seen', async () => {
    const error = await failure(`I  08049b00,2\n==1== ${'x'.repeat(1_000_000)}`);
    expect(error.message).toMatch(
      /^inline\.lackey:2: expected a line of at most 16384 bytes, found "==1== xx/,
    );
  });

  it('makes every later read fail the same way', async () => {
    const source = textSource('I  08049b00,2\noops\n');
    const batch = new AccessBatch();
    const first = await source.read(batch).catch((error: unknown) => error);
    expect(batch.length).toBe(0);
    await expect(source.read(batch)).rejects.toBe(first);
    await source.close();
  });
});

describe('a trace that ends in the middle of a line', () => {
  it.each([
    'I',
    'I  0804',
    ' L 08049b00,',
    'SYSCALL[1,1](45) sys_br',
    'SYSCALL[1,1](45) sys_brk ( 0x',
    ' --> [pre',
  ])('fails at %j', async (line) => {
    const error = await failure(`I  08049b00,2\n${line}`);
    expect(error.code).toBe('TRACE_CUT_OFF');
    expect(error.message).toMatch(
      /^inline\.lackey:2: expected .*, found the end of the trace after "/,
    );
  });

  it('is whole if only a remark is cut', async () => {
    expect((await readText('I  08049b00,2\n==24')).accesses).toHaveLength(1);
  });
});

describe('a trace without any access', () => {
  it.each(['', '\n', '==1== Lackey\n', 'SYSCALL[7,1](20) sys_getpid ()[sync] --> Success(0x7) \n'])(
    'such as %j fails',
    async (text) => {
      const error = await failure(text);
      expect(error.code).toBe('TRACE_EMPTY');
      expect(error.message).toBe('inline.lackey: expected a Lackey trace, found not one access');
      expect(error.hint).toContain('--trace-mem=yes');
    },
  );
});

describe('a program that does not fit below the kernel', () => {
  it('fails at the access that would be one region too many', async () => {
    const error = await failure(
      'I  00000000,2\nI  00400000,2\nI  00000004,2\nI  00800000,2\n',
      0x800000,
    );
    expect([error.code, error.line]).toEqual(['TRACE_NO_ROOM', 4]);
    expect(error.message).toContain(
      'expected the program to fit in the 2 regions of 4 MiB below the guest kernel at 0x00800000, ' +
        'found no region left for 0x00800000',
    );
  });
});
