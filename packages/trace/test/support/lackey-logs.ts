// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';

const REGIONS = [
  0x08000000n,
  0x08400000n,
  0xbfc00000n,
  0xfe800000n,
  0xfec00000n,
  0xffc00000n,
  0x7ffc_0000_0000n,
  0x7ffc_0040_0000n,
];

const address = fc
  .tuple(
    fc.constantFrom(...REGIONS),
    fc.oneof(
      fc.integer({ min: 0, max: 0x3fffff }),
      fc.integer({ min: 0x1000, max: 0x1040 }),
      fc.constantFrom(0, 0xffe, 0xfff, 0x3ffff8, 0x3ffffe, 0x3fffff),
    ),
  )
  .map(([region, offset]) => region + BigInt(offset))
  .filter((at) => at !== 0xffc00000n + 0x3fffffn);

const size = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1, 2, 4, 8) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 64 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4096 }) },
);

/** Records, a run of them as a rule: the next fetch follows the one before, data lie close. */
const run = fc
  .tuple(
    address,
    address,
    fc.array(fc.tuple(fc.nat(9), size, fc.integer({ min: -200, max: 200 })), {
      minLength: 1,
      maxLength: 20,
    }),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([code, data, steps, times]) => linesOf(code, data, steps).repeat(times));

function linesOf(
  code: bigint,
  data: bigint,
  steps: readonly (readonly [number, number, number])[],
): string {
  let [pc, at] = [code, data];
  let text = '';
  for (const [what, bytes, distance] of steps) {
    if (what < 6) {
      if (what === 5) pc += BigInt(distance) * 100n;
      text += `I  ${hex(pc)},${bytes}\n`;
      pc += BigInt(bytes);
    } else {
      at += BigInt(distance);
      text += ` ${'LSML'[what - 6]!} ${hex(at)},${bytes}\n`;
    }
  }
  return text;
}

function hex(at: bigint): string {
  const inside = at < 0n ? -at : at;
  return inside.toString(16).padStart(8, '0');
}

const other = fc.constantFrom(
  '==24710== Lackey',
  '--24710-- verbose',
  '',
  ' L 0810000C,10\r',
  'SYSCALL[7,1](45) sys_brk ( 0x0 ) --> [pre-success] Success(0x8244000) ',
  'SYSCALL[7,1](192) sys_mmap2 ( 0x0, 8388608, 3, 34, 4294967295, 0 ) --> [async] ... ',
  'SYSCALL[7,1](192) ... [async] --> Success(0xfe000000) ',
  'SYSCALL[7,1](91) sys_munmap ( 0xfe000000, 8388608 )[sync] --> Success(0x0) ',
  'SYSCALL[7,1](3) sys_read ( 4, 0x8244d10, 4096 ) --> [async] ... ',
  'SYSCALL[7,1](3) ... [async] --> Success(0x1ec) ',
  'SYSCALL[7,1](386) unimplemented (by the kernel) syscall: 386! (ni_syscall)',
  'SYSCALL[7,1](5) sys_open ( 0x8(caf\xe9\r) ) --> [async] Failure(0x2) ',
  ' --> [pre-fail] Failure(0x26) ',
);

/** Lackey logs with at least one access. */
export const lackeyLog: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.constantFrom('==7== Command: sh job.sh', '==7== Parent PID: 6', '', '--7-- x')),
    fc.array(fc.oneof(run, other), { maxLength: 20 }),
    fc.boolean(),
  )
  .map(([remarks, parts, ended]) => {
    const lines = [...remarks, ...parts.map((part) => part.replace(/\n$/, '')), 'I  08049b00,2'];
    return lines.join('\n') + (ended ? '\n' : '');
  });
