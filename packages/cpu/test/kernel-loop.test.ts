// SPDX-License-Identifier: GPL-2.0-or-later
import { crc32 } from 'node:zlib';
import { switcherLayout } from '@lguest-sim/abi';
import { InstructionQueue, Operation, instructionWords } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelExecutor } from '../src/core/kernel-executor.js';
import { KernelLoop } from '../src/core/kernel-loop.js';
import { FAULT } from '../src/core/mmu.js';
import { Need } from '../src/core/rights.js';
import { Traps } from '../src/core/traps.js';
import { KERNEL_RO, KERNEL_RW, TestMachine } from './support/test-machine.js';

const DATA = 0xc0200000;
const PAGES = 12;
/** Mapped read-only, and not at all. */
const READ_ONLY = DATA + PAGES * 4096;
const NOWHERE = READ_ONLY + 4096;
const FOREVER = 1e15;

type Instruction = readonly [operation: Operation, a: number, b: number];

/** A guest kernel's part of a machine, with the instructions given. */
function kernel(instructions: readonly Instruction[], access: number) {
  const machine = new TestMachine({ tlb: { entries: 16, ways: 4 }, costs: { access } });
  for (let page = 0; page < PAGES; page++) machine.map(DATA + page * 4096, KERNEL_RW);
  machine.map(READ_ONLY, KERNEL_RO);
  const { mmu, registers } = machine.core;
  const traps = new Traps(mmu, registers, 0, switcherLayout(1));
  const queue = new InstructionQueue();
  for (const [operation, a, b] of instructions) queue.push(operation, a, b);
  const executor = new KernelExecutor(mmu, registers, traps);
  return { machine, queue, executor, traps, loop: new KernelLoop(mmu, registers) };
}

type Part = ReturnType<typeof kernel>;

const needs = new Map<number, number>([
  [Operation.fetch, Need.fetch],
  [Operation.load, Need.load],
  [Operation.store, Need.store],
]);

/** A plain instruction by itself, as the MMU has it. Returns false if it faulted. */
function executePlain({ machine, queue }: Part): boolean {
  const { mmu, registers } = machine.core;
  const [operation, a, b] = queue.code.subarray(queue.position) as unknown as Instruction;
  const need = needs.get(operation);
  if (need === undefined) {
    registers[a] = b;
  } else {
    const frame = mmu.access(a, need);
    if (frame === FAULT) return false;
    mmu.counters.kernelAccesses++;
    mmu.pass(mmu.costs.access);
    const word = (frame | (a & 4095)) >>> 2;
    if (operation === Operation.load) queue.results.push(machine.host.words[word]!);
    if (operation === Operation.store) machine.host.words[word] = b;
  }
  queue.position += instructionWords(operation);
  return true;
}

/** Executes up to a trap, the end or the deadline: plain instructions by the loop, or one by one. */
function execute(part: Part, until: number, withLoop: boolean): void {
  const { machine, queue, executor, traps, loop } = part;
  while (!queue.isEmpty && machine.now < until) {
    const isPlain = queue.code[queue.position] !== Operation.fill;
    const fits = withLoop ? loop.run(queue, until) !== 'faulted' : !isPlain || executePlain(part);
    if (!fits) {
      traps.pageFault();
      return;
    }
    if (queue.isEmpty || machine.now >= until || (isPlain && !withLoop)) continue;
    if (executor.step(queue) !== 'next') return;
  }
}

const everything = ({ machine, queue }: Part): unknown => ({
  core: machine.core.snapshot(),
  now: machine.now,
  queue: queue.snapshot(),
  memory: crc32(machine.host.bytes),
});

const page = fc.oneof(
  { weight: 30, arbitrary: fc.nat(PAGES - 1).map((number) => DATA + number * 4096) },
  { weight: 1, arbitrary: fc.constantFrom(READ_ONLY, NOWHERE) },
);
const address = fc.tuple(page, fc.nat(1023)).map(([base, word]) => base + 4 * word);
const kind = fc.constantFrom<Operation>(Operation.fetch, Operation.load, Operation.store);
const access = fc.tuple(kind, address, fc.integer());
/** One word after the other, perhaps into the next page. */
const stretch = fc
  .tuple(access, fc.integer({ min: 2, max: 20 }))
  .map(([[operation, start, value], words]): Instruction[] =>
    Array.from({ length: words }, (_, word) => [operation, start + 4 * word, value + word]),
  );
const register = fc.tuple(fc.constant<Operation>(Operation.setRegister), fc.nat(10), fc.integer());
const other = fc.tuple(fc.constant<Operation>(Operation.fill), address, fc.integer());
const instruction = fc.oneof(
  { weight: 20, arbitrary: access },
  { weight: 5, arbitrary: register },
  { weight: 1, arbitrary: other },
);
const instructions = fc
  .array(fc.oneof(fc.tuple(instruction), stretch), { maxLength: 60, size: 'max' })
  .map((parts) => parts.flat());

describe('the loop of a guest kernel', () => {
  it('comes to what one instruction after the other comes to, wherever it is stopped', () => {
    const until = fc.oneof(fc.nat(2000), fc.constant(FOREVER));
    const property = fc.property(instructions, until, fc.constantFrom(0, 1, 3), (...given) => {
      const [program, deadline, cost] = given;
      const [one, other] = [kernel(program, cost), kernel(program, cost)];
      execute(one, deadline, true);
      execute(other, deadline, false);
      expect(everything(one)).toEqual(everything(other));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('executes nothing at its deadline or later', () => {
    const { loop, queue, machine } = kernel([[Operation.setRegister, 0, 7]], 1);
    machine.clock.advance(0, 10);
    loop.run(queue, 10);
    expect([queue.position, machine.register(0)]).toEqual([0, 0]);
    loop.run(queue, 11);
    expect([queue.isEmpty, machine.register(0)]).toEqual([true, 7]);
  });

  it('complains of an operand that is not aligned', () => {
    const { loop, queue } = kernel([[Operation.load, DATA + 2, 0]], 1);
    expect(() => loop.run(queue, FOREVER)).toThrow('aligned to 4');
  });
});
