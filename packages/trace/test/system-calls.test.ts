// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import type { SystemCallEvent, TraceEvent } from '../src/index.js';
import { readBatches, readText, textSource } from './support/reading.js';

const FETCH = 'I  08049b00,2';

async function events(...lines: string[]): Promise<readonly TraceEvent[]> {
  return (await readText([FETCH, ...lines, ''].join('\n'))).events;
}

async function call(...lines: string[]): Promise<SystemCallEvent> {
  const all = await events(...lines);
  expect(all).toHaveLength(1);
  expect(all[0]!.kind).toBe('system-call');
  return all[0] as SystemCallEvent;
}

describe('a system call', () => {
  it('has number, name, arguments, outcome and line', async () => {
    expect(
      await call(
        'SYSCALL[25793,1](45) sys_brk ( 0x8244880 ) --> [pre-success] Success(0x8244880) ',
      ),
    ).toEqual({
      kind: 'system-call',
      position: 1,
      number: 45,
      name: 'brk',
      args: [0x8244880],
      result: 0x8244880,
      failed: false,
      operation: { kind: 'brk', end: 0x8244880 },
      line: 2,
    });
  });

  it.each([
    [
      'SYSCALL[7,1](125) sys_mprotect ( 0x823a000, 16384, 1 )[sync] --> Success(0x0) ',
      'mprotect',
      [0x823a000, 16384, 1],
    ],
    ['SYSCALL[7,1](199) sys_getuid ( )[sync] --> Success(0x0) ', 'getuid', []],
    ['SYSCALL[7,1](20) sys_getpid ()[sync] --> Success(0x0) ', 'getpid', []],
    ['SYSCALL[7,1](252) exit_group( 0 ) --> [pre-success] Success(0x0) ', 'exit_group', [0]],
    [
      "SYSCALL[7,1](221) sys_fcntl64[ARG3=='arg'] ( 4, 1030, 10 )[sync] --> Success(0x0) ",
      'fcntl64',
      [4, 1030, 10],
    ],
    [
      'SYSCALL[7,1](403) sys_clock_gettime64( 5, 0xfe89463c )[sync] --> Success(0x0) ',
      'clock_gettime64',
      [5, 0xfe89463c],
    ],
    [
      'SYSCALL[7,1]( 9) sys_mmap ( 0x0, 8192, 3, 34, -1, 0 ) --> [pre-success] Success(0x0) ',
      'mmap',
      [0, 8192, 3, 34, -1, 0],
    ],
    [
      'SYSCALL[7,1](85) sys_readlink ( 0x820ad39(/proc/self/exe), 0xfe893770, 4096 ) --> [pre-success] Success(0x0) ',
      'readlink',
      ['0x820ad39(/proc/self/exe)', 0xfe893770, 4096],
    ],
    [
      'SYSCALL[7,1](383) sys_statx ( 4, 0x8207bcb(), 6144 )[sync] --> Success(0x0) ',
      'statx',
      [4, '0x8207bcb()', 6144],
    ],
    [
      'SYSCALL[7,1](38) sys_rename ( 0x1000(a, b (1)), 0x2000(c) )[sync] --> Success(0x0) ',
      'rename',
      ['0x1000(a, b (1))', '0x2000(c)'],
    ],
    [
      'SYSCALL[7,1](4) sys_x ( 0xffffffffffffffff )[sync] --> Success(0x0) ',
      'x',
      ['0xffffffffffffffff'],
    ],
    ['SYSCALL[7,1](99) sys_strange', 'strange', []],
  ])('%s is understood', async (line, name, args) => {
    const event = await call(line);
    expect([event.name, event.args]).toEqual([name, args]);
  });

  it('that failed has the errno', async () => {
    const event = await call('SYSCALL[7,1](140) sys_llseek ( 0, 1 )[sync] --> Failure(0x1d) ');
    expect([event.result, event.failed]).toEqual([29, true]);
  });

  it('may have no result', async () => {
    const event = await call(
      'SYSCALL[7,1](119) sys_sigreturn ( ) --> [pre-success] NoWriteResult ',
    );
    expect([event.result, event.failed]).toEqual([null, false]);
  });

  it('that Valgrind does not know has its outcome on the next line', async () => {
    const event = await call(
      'SYSCALL[7,1](386) unimplemented (by the kernel) syscall: 386! (ni_syscall)',
      ' --> [pre-fail] Failure(0x26) ',
    );
    expect([event.number, event.name, event.args]).toEqual([386, 'ni_syscall', []]);
    expect([event.result, event.failed]).toEqual([0x26, true]);
  });

  it('that forks has the child, and its flags are hexadecimal', async () => {
    const event = await call(
      'SYSCALL[26540,1](120) sys_clone ( 1200011, 0x0, 0x0, 0x0, 0x82443e8 )   clone(fork): process 26540 created child 26541',
      ' --> [pre-success] Success(0x67ad) ',
    );
    expect(event).toMatchObject({ name: 'clone', child: 26541, result: 26541, failed: false });
    expect(event.args).toEqual([0x1200011, 0, 0, 0, 0x82443e8]);
  });

  it('that starts a thread has no child', async () => {
    const event = await call(
      'SYSCALL[7,1](120) sys_clone ( 3d0f00, 0x1 ) --> [pre-success] Success(0x8) ',
    );
    expect(event).not.toHaveProperty('child');
  });

  it('may be the last thing in a trace, without a line end', async () => {
    const { events: all } = await readText(
      `${FETCH}\nSYSCALL[26542,1](11) sys_execve ( 0x81f3f5e(/proc/self/exe), 0x8244f28, 0x8245cf4 )`,
    );
    expect(all[0]).toMatchObject({ name: 'execve', result: null, position: 1, line: 2 });
  });
});

describe('a system call that may block', () => {
  const begin = 'SYSCALL[7,1](3) sys_read ( 4, 0x8244d10, 4096 ) --> [async] ... ';
  const end = 'SYSCALL[7,1](3) ... [async] --> Success(0x1ec) ';

  it('has its outcome when no access lies between', async () => {
    expect(await call(begin, end)).toMatchObject({ name: 'read', result: 492, line: 2 });
  });

  it('has its outcome as an event of its own when other code ran in between', async () => {
    expect(await events(begin, FETCH, end, FETCH)).toEqual([
      expect.objectContaining({
        kind: 'system-call',
        position: 1,
        result: null,
        failed: false,
        line: 2,
      }),
      {
        kind: 'system-call-result',
        position: 2,
        number: 3,
        name: 'read',
        result: 492,
        failed: false,
        line: 4,
        callLine: 2,
      },
    ]);
  });

  it('has its outcome even if it is the first thing of a batch', async () => {
    const lines = [FETCH, begin, end, FETCH, ''].join('\n');
    const batches = await readBatches(textSource(lines), 4);
    expect(batches.map(({ events: all }) => all)).toEqual([
      [],
      [expect.objectContaining({ position: 0, result: 492 })],
    ]);
  });

  it('keeps no outcome when a signal interrupts it', async () => {
    const all = await events(
      'SYSCALL[7,1](114) sys_wait4 ( -1, 0xfedb7334, 0, 0x0 ) --> [async] ... ',
      FETCH,
      'SYSCALL[7,1](119) sys_sigreturn ( ) --> [pre-success] NoWriteResult ',
      FETCH,
      'SYSCALL[7,1](114) sys_wait4 ( -1, 0xfedb7334, 1, 0x0 ) --> [async] ... ',
      'SYSCALL[7,1](114) ... [async] --> Failure(0xa) ',
    );
    expect(all.map((event) => [event.name, event.result, event.failed])).toEqual([
      ['wait4', null, false],
      ['sigreturn', null, false],
      ['wait4', 10, true],
    ]);
  });

  it('is told apart from those of other threads', async () => {
    const all = await events(
      begin,
      'SYSCALL[7,2](4) sys_write ( 1, 0x1000, 2 ) --> [async] ... ',
      end,
      'SYSCALL[7,2](4) ... [async] --> Success(0x2) ',
    );
    expect(all.map(({ name, result }) => [name, result])).toEqual([
      ['read', 492],
      ['write', 2],
    ]);
  });
});

describe('an outcome without its call', () => {
  it.each([' --> [pre-success] Success(0x0) ', 'SYSCALL[7,1](3) ... [async] --> Success(0x1ec) '])(
    'such as %s, with which a child or a part of a trace begins, is passed over',
    async (line) => {
      const { events: all } = await readText(`${line}\n${FETCH}\n`);
      expect(all).toEqual([]);
    },
  );

  it('is not taken for that of another call', async () => {
    const event = await call(
      'SYSCALL[7,1](3) sys_read ( 4, 0x8244d10, 4096 ) --> [async] ... ',
      'SYSCALL[7,1](4) ... [async] --> Success(0x1ec) ',
      'SYSCALL[7,2](3) ... [async] --> Success(0x1ec) ',
    );
    expect(event.result).toBeNull();
  });
});
