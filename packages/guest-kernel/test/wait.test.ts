// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { ProcessOperation } from '@lguest-sim/trace';
import { twoLevel } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { NO_CHILD } from '../src/core/family.js';
import type { KernelSnapshot } from '../src/core/snapshot.js';
import { FlatGuest } from './support/guest.js';
import { operation, type Program } from './support/program.js';
import { small, sweep } from './support/programs.js';
import { snapshotOf } from './support/snapshot-of.js';

const fork = (child: number): ProcessOperation => ({ kind: 'fork', child });
const wait = (child: number | null, blocks = true): ProcessOperation => ({
  kind: 'wait',
  child,
  blocks,
});

/** Two accesses, the operations, and the rest of `small`. */
function family(...operations: ProcessOperation[]): Program {
  return {
    accesses: small.accesses,
    events: operations.map((each) => operation(2, each)),
    children: { 7: sweep(5, 2), 8: sweep(60, 4) },
  };
}

function run(program: Program, sliceNanoseconds = 100_000): FlatGuest {
  const guest = new FlatGuest({ format: twoLevel, programs: [program], sliceNanoseconds });
  guest.run(undefined, 400_000);
  expect(guest.cpu.message).toBe('Power down');
  return guest;
}

/** Process ids in the order in which they ended. */
function endings(guest: FlatGuest): number[] {
  const ended = guest.kernel.takeEvents().filter((event) => event.kind === 'process-ended');
  return ended.map(({ process }) => guest.kernel.process(process).pid);
}

describe('a wait', () => {
  it('blocks until the child named has ended', () => {
    expect(endings(run(family(fork(8), fork(7), wait(8)), 2000))).toEqual([7, 8, 1]);
    expect(endings(run(family(fork(8), fork(7), wait(7))))).toEqual([8, 7, 1]);
  });

  it('for any child blocks until the first has ended', () => {
    const guest = run(family(fork(8), fork(7), wait(null)), 2000);
    expect(endings(guest)).toEqual([7, 1, 8]);
  });

  it('finds a child that ended before', () => {
    const guest = run(family(fork(7), wait(7), fork(8), wait(null)));
    expect(endings(guest)).toEqual([7, 8, 1]);
  });

  it('passes where there is no child, none left, or none of that name', () => {
    expect(endings(run(family(wait(null))))).toEqual([1]);
    expect(endings(run(family(fork(7), wait(7), wait(7), wait(null))))).toEqual([7, 1]);
    expect(endings(run(family(fork(7), wait(9))))).toEqual([1, 7]);
  });

  it('that does not block passes', () => {
    expect(endings(run(family(fork(7), wait(7, false))))).toEqual([1, 7]);
  });

  it('takes each zombie once', () => {
    const guest = run(family(fork(7), fork(8), wait(null), wait(null), wait(null)));
    expect(endings(guest)).toEqual([7, 8, 1]);
    expect(snapshotOf(guest.kernel).processes.map(({ isReaped }) => isReaped)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('leaves a zombie to be waited for, and nobody’s child to nobody', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [family(fork(7), wait(7, false))] });
    guest.run(() => guest.kernel.process(0).hasEnded);
    expect(snapshotOf(guest.kernel).processes[1]).toMatchObject({ reaper: -1, isReaped: false });
    guest.run();
    expect(snapshotOf(guest.kernel).processes[1]).toMatchObject({ isReaped: true });
  });

  it('keeps the status of a child until its parent asks or ends', () => {
    const parent = family(fork(7), { kind: 'sleep', nanoseconds: 20_000 }, wait(7));
    const guest = new FlatGuest({ format: twoLevel, programs: [parent], sliceNanoseconds: 5000 });
    guest.run(() => guest.kernel.processCount === 2 && guest.kernel.process(1).hasEnded);
    expect(snapshotOf(guest.kernel).processes[1]!.isReaped).toBe(false);
    guest.run();
    expect(snapshotOf(guest.kernel).processes[1]!.isReaped).toBe(true);
    expect(endings(guest)).toEqual([7, 1]);
  });
});

describe('the idle task', () => {
  it('halts while everybody sleeps, and goes on with the interrupt', () => {
    const program = family({ kind: 'sleep', nanoseconds: 3000 });
    const guest = new FlatGuest({
      format: twoLevel,
      programs: [program],
      sliceNanoseconds: 1000,
    });
    guest.run(() => guest.cpu.halted);
    expect(guest.kernel.running).toBe(-1);
    expect(guest.kernel.process(0)).toMatchObject({ isReady: false, hasEnded: false });
    guest.run();
    // Three ticks and the one under way, each of which ends one HALT.
    expect(guest.calls(Hypercall.halt)).toHaveLength(4);
    expect(guest.kernel.timerInterrupts).toBe(4);
    expect(guest.kernel.results()[0]).toMatchObject({ status: 'end-of-trace', accesses: 8 });
  });

  it('lets others run while one sleeps', () => {
    const sleeper = family({ kind: 'sleep', nanoseconds: 20_000 });
    const programs = [sleeper, sweep(10, 30)];
    const guest = new FlatGuest({ format: twoLevel, programs, sliceNanoseconds: 2000 });
    guest.run(() => guest.kernel.running === 1);
    guest.run(() => guest.kernel.running === 0);
    expect(guest.kernel.results()[1]!.accesses).toBeGreaterThan(100);
    guest.run();
    expect(guest.kernel.results().map(({ status }) => status)).toEqual([
      'end-of-trace',
      'end-of-trace',
    ]);
  });

  it('panics if those who are left wait for what will never be', () => {
    const guest = new FlatGuest({ format: twoLevel, programs: [small, small] });
    guest.run(() => guest.kernel.place === 'exit: begin');
    const snapshot = structuredClone(snapshotOf(guest.kernel));
    const processes = snapshot.processes.map((process, index) => ({
      ...process,
      waitsFor: index === 1 ? 99 : NO_CHILD,
    }));
    const other: KernelSnapshot = { ...snapshot, processes };
    guest.kernel.restore(other);
    guest.run();
    expect(guest.cpu.message).toBe('deadlock: nothing can wake process 1 (program 1)');
  });
});
