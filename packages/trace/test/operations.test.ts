// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import type { ProcessOperation, SystemCallEvent } from '../src/index.js';
import { openTrace } from '../src/node/index.js';
import { readBatches, readText } from './support/reading.js';
import { recordedTrace } from './support/recorded.js';

const FETCH = 'I  08049b00,2';

/** The calls in the lines, accesses and remarks as they stand. */
async function calls(...lines: string[]): Promise<SystemCallEvent[]> {
  const { events } = await readText([FETCH, ...lines, ''].join('\n'));
  return events.filter((event) => event.kind === 'system-call');
}

async function operations(...lines: string[]): Promise<(ProcessOperation | undefined)[]> {
  return (await calls(...lines)).map(({ operation }) => operation);
}

const sys = (text: string, result = 'Success(0x0)'): string =>
  `SYSCALL[7,1](1) sys_${text}[sync] --> ${result} `;

describe('the operation of a system call', () => {
  it.each<[string, string, ProcessOperation]>([
    ['brk ( 0x8266000 )', '0x8266000', { kind: 'brk', end: 0x8266000 }],
    ['brk ( 0x0 )', '0x8244000', { kind: 'brk', end: 0x8244000 }],
    [
      'mmap2 ( 0x0, 8192, 3, 34, -1, 0 )',
      '0x40001000',
      { kind: 'map', start: 0x40001000, bytes: 8192, writable: true },
    ],
    [
      'mmap ( 0x0, 100, 5, 2, 3, 0 )',
      '0x40001000',
      { kind: 'map', start: 0x40001000, bytes: 4096, writable: false },
    ],
    ['munmap ( 0x8049000, 4097 )', '0x0', { kind: 'unmap', start: 0x8049000, bytes: 8192 }],
    [
      'mprotect ( 0x804a000, 16384, 1 )',
      '0x0',
      { kind: 'protect', start: 0x804a000, bytes: 16384, accessible: true, writable: false },
    ],
    [
      'mprotect ( 0x804a000, 4096, 0 )',
      '0x0',
      { kind: 'protect', start: 0x804a000, bytes: 4096, accessible: false, writable: false },
    ],
    ['fork ( )', '0x9', { kind: 'fork', child: 9 }],
    ['vfork ( )', '0x9', { kind: 'fork', child: 9 }],
    ['clone ( 1200011, 0x0, 0x0, 0x0, 0x0 )', '0x9', { kind: 'fork', child: 9 }],
    ['execve ( 0x81f3f5e(/bin/true), 0x8244f28, 0x8245cf4 )', '0x0', { kind: 'exec' }],
    ['wait4 ( -1, 0x0, 0, 0x0 )', '0x9', { kind: 'wait', child: 9, blocks: true }],
    ['wait4 ( -1, 0x0, 1, 0x0 )', '0x9', { kind: 'wait', child: 9, blocks: true }],
    ['waitpid ( 9, 0x0, 0 )', '0x9', { kind: 'wait', child: 9, blocks: true }],
    ['waitid( 0, 0, 0x0, 4, 0x0 )', '0x0', { kind: 'wait', child: null, blocks: true }],
    ['waitid( 1, 9, 0x0, 4, 0x0 )', '0x0', { kind: 'wait', child: 9, blocks: true }],
    ['exit ( 0 )', '0x0', { kind: 'exit' }],
    ['exit_group( 1 )', '0x0', { kind: 'exit' }],
  ])('%s that gave %s is known', async (text, result, operation) => {
    expect(await operations(sys(text, `Success(${result})`))).toEqual([operation]);
  });

  it.each([
    ['that failed', sys('munmap ( 0x8049000, 4096 )', 'Failure(0x16)')],
    ['that failed to execute another program', sys('execve ( 0x1(/x), 0x2, 0x3 )', 'Failure(0x2)')],
    [
      'that executes another program, with which the trace ends',
      'SYSCALL[7,1](11) sys_execve ( 0x1(/x), 0x2, 0x3 )',
    ],
    ['that waits and finds no child', sys('wait4 ( -1, 0x0, 0, 0x0 )', 'Failure(0xa)')],
    ['that does not wait and finds none that ended', sys('wait4 ( -1, 0x0, 1, 0x0 )')],
    ['that does not wait and gives no outcome', sys('wait4 ( -1, 0x0, 1, 0x0 )', '...')],
    ['that only looks whether a child has ended', sys('waitid( 0, 0, 0x0, 16777220, 0x0 )')],
    ['that was interrupted before a child ended', sys('wait4 ( -1, 0x0, 0, 0x0 )', 'Failure(0x4)')],
    ['that starts a thread', sys('clone ( 3d0f00, 0x1 )', 'Success(0x8)')],
    ['that has no such argument', sys('munmap ( )')],
    ['that has no address where one is expected', sys('mprotect ( 0x1(what), 1, 1 )')],
    ['of length 0', sys('mprotect ( 0x8049000, 0, 1 )')],
    ['that changes nothing', sys('getpid ( )', 'Success(0x7)')],
    ['on a region of which nothing was seen', sys('munmap ( 0x40000000, 4096 )')],
    [
      'that reserves addresses of which nothing was seen',
      sys('mmap2 ( 0x0, 134217728, 0, 34, -1, 0 )', 'Success(0x40000000)'),
    ],
  ])('is absent for a call %s', async (_, line) => {
    const [event] = await calls(line);
    expect(event).toBeDefined();
    expect(event).not.toHaveProperty('operation');
  });

  it('is a wait for any child where the end of a child interrupts it and the outcome is lost', async () => {
    const begin = 'SYSCALL[7,1](114) sys_wait4 ( -1, 0xfedb7334, 0, 0x0 ) --> [async] ... ';
    expect(
      await operations(
        begin,
        FETCH,
        'SYSCALL[7,1](119) sys_sigreturn ( ) --> [pre-success] NoWriteResult ',
        begin,
        'SYSCALL[7,1](114) ... [async] --> Failure(0xa) ',
      ),
    ).toEqual([{ kind: 'wait', child: null, blocks: true }, undefined, undefined]);
  });

  it('is a fork as soon as the child is named, and none if it fails after all', async () => {
    const line =
      'SYSCALL[7,1](120) sys_clone ( 1200011, 0x0 )   clone(fork): process 7 created child 9';
    expect(await operations(line)).toEqual([{ kind: 'fork', child: 9 }]);
    expect(await operations(line, ' --> [pre-fail] Failure(0xb) ')).toEqual([undefined]);
  });

  it('is no exit for a thread that is not the only one', async () => {
    const thread = sys('clone ( 3d0f00, 0x1 )', 'Success(0x8)');
    expect(await operations(thread, sys('exit ( 0 )'), sys('exit_group( 0 )'))).toEqual([
      undefined,
      undefined,
      { kind: 'exit' },
    ]);
  });

  it('of mremap keeps what stays, and comes as two if the range moves', async () => {
    expect(
      await operations(
        sys('mremap ( 0x8049000, 4096, 12288, 1, 0x0 )', 'Success(0x8049000)'),
        sys('mremap ( 0x8049000, 12288, 4096, 1, 0x0 )', 'Success(0x8049000)'),
        sys('mremap ( 0x8049000, 4096, 4096, 1, 0x0 )', 'Success(0x8049000)'),
      ),
    ).toEqual([
      { kind: 'map', start: 0x804a000, bytes: 8192, writable: true },
      { kind: 'unmap', start: 0x804a000, bytes: 8192 },
      undefined,
    ]);
    const moved = sys('mremap ( 0x8049000, 4096, 8192, 1, 0x0 )', 'Success(0x40000000)');
    expect(await calls(moved)).toEqual([
      expect.objectContaining({ operation: { kind: 'unmap', start: 0x8049000, bytes: 4096 } }),
      expect.objectContaining({
        operation: { kind: 'map', start: 0x40000000, bytes: 8192, writable: true },
        continued: true,
        name: 'mremap',
        position: 1,
      }),
    ]);
  });
});

describe('addresses of an operation', () => {
  it('are moved as those of accesses are', async () => {
    const stack = ' S fedb7000,4';
    expect(await operations(stack, sys('mprotect ( 0xfedb7000, 4096, 3 )'))).toEqual([
      { kind: 'protect', start: 0xbfdb7000, bytes: 4096, accessible: true, writable: true },
    ]);
    expect(
      await operations(sys('mmap2 ( 0x0, 4096, 3, 34, -1, 0 )', 'Success(0xf7fff000)'), stack),
    ).toEqual([{ kind: 'map', start: 0xbffff000, bytes: 4096, writable: true }]);
  });

  it('of a break at the end of a region stay with the region', async () => {
    const heap = ' S c00ff000,4';
    expect(await operations(heap, sys('brk ( 0xc0400000 )', 'Success(0xc0400000)'))).toEqual([
      { kind: 'brk', end: 0xc0000000 },
    ]);
  });

  it('of a new mapping over several regions are in one piece', async () => {
    const mapping = sys('mmap ( 0x0, 12582912, 3, 34, -1, 0 )', 'Success(0x7f0000200000)');
    expect(await operations(' S bfc00000,4', mapping)).toEqual([
      { kind: 'map', start: 0xbee00000, bytes: 12582912, writable: true },
    ]);
  });

  it('that cannot be in one piece come as one event a piece', async () => {
    const touched = [' S c0000000,4', ' S d0000000,4', ' S c0400000,4'];
    const events = await calls(...touched, sys('munmap ( 0xc03ff000, 8192 )'));
    expect(events.map(({ operation, continued }) => [operation, continued])).toEqual([
      [{ kind: 'unmap', start: 0xbffff000, bytes: 4096 }, undefined],
      [{ kind: 'unmap', start: 0xbf400000, bytes: 4096 }, true],
    ]);
  });

  it('leave out what is reserved and never seen', async () => {
    const reserved = sys('mmap ( 0x0, 1099511627776, 0, 34, -1, 0 )', 'Success(0x7f0000000000)');
    expect(await operations(' S 7f0000400000,4', reserved)).toEqual([
      { kind: 'map', start: 0xbfc00000, bytes: 0x400000, writable: false },
    ]);
  });

  it('take no place when half of the room is used', async () => {
    const mapping = (at: number): string =>
      sys(
        'mmap ( 0x0, 251658240, 3, 34, -1, 0 )',
        `Success(0x${(0x7f0000000000 + at * 2 ** 28).toString(16)})`,
      );
    const many = Array.from({ length: 12 }, (_, at) => mapping(at));
    const placed = (await operations(...many)).filter((operation) => operation !== undefined);
    expect(placed).toHaveLength(6);
  });
});

const shell = recordedTrace('sh.26540.lackey.gz');

describe.skipIf(shell === undefined)('on the recorded shell (../shared/traces)', () => {
  it('the operations are its breaks, forks, one wait a child, and its exit', async () => {
    const batches = await readBatches(await openTrace(shell!));
    const found = batches.flatMap(({ events }) =>
      events.flatMap((event) => ('operation' in event ? [event.operation!] : [])),
    );
    const fork = (child: number): ProcessOperation => ({ kind: 'fork', child });
    const wait: ProcessOperation = { kind: 'wait', child: null, blocks: true };
    const brk = (end: number): ProcessOperation => ({ kind: 'brk', end });
    expect(found).toEqual([
      ...[0x8244000, 0x8244880, 0x8244880, 0x8265880, 0x8266000].map(brk),
      { kind: 'protect', start: 0x823a000, bytes: 16384, accessible: true, writable: false },
      ...[fork(26541), fork(26542), wait, wait],
      ...[fork(26543), fork(26544), fork(26545), wait, wait, wait],
      ...[fork(26674), wait],
      { kind: 'exit' },
    ]);
  });
});
