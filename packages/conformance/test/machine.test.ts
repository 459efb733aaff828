// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { ConformanceMachine, HostExhausted, HostPool, type Operation } from '../src/index.js';
import * as on from './support/operations.js';

const { twoLevelMachine, paeMachine } = on;

function machineAfter(...operations: Operation[]): ConformanceMachine {
  const machine = new ConformanceMachine(twoLevelMachine);
  for (const operation of [on.init(0), ...operations]) machine.step(operation);
  return machine;
}

const write = (gpa: number, size: 4 | 8, low: number, high = 0): Operation => ({
  op: 'guestWrite',
  gpa,
  size,
  value: { low, high },
});

const writeRun = (gpa: number, size: 4 | 8, count: number): Operation => ({
  op: 'guestWriteRun',
  gpa,
  size,
  count,
  first: { low: 0xfffff067, high: 0 },
  step: { low: 0x1000, high: 0 },
});

describe('what the guest writes', () => {
  it('is there afterwards and is no change of the code under test', () => {
    const machine = machineAfter();
    expect(machine.step(write(0x1ffc, 4, 0x2067))).toEqual({ ret: true });
    expect(machine.memory.readWord(0x1ffc)).toBe(0x2067);
    expect(machine.step(on.flushUser())).toEqual({});
  });

  it('may lie across two pages, and then changes both or none', () => {
    const machine = machineAfter(on.launcher(3, 'readonly'));
    expect(machine.step(write(0x1ffe, 4, 0x11223344)).ret).toBe(true);
    expect(machine.memory.readWord(0x1ffc)).toBe(0x33440000);
    expect(machine.memory.readWord(0x2000)).toBe(0x1122);
    expect(machine.step(write(0x2ffc, 8, 1, 2)).ret).toBe(false);
    expect(machine.memory.readWord(0x2ffc)).toBe(0);
  });

  it('is refused outside guest memory and where addresses would wrap', () => {
    const machine = machineAfter();
    expect(machine.step(write(0x3fffc, 4, 1)).ret).toBe(true);
    expect(machine.step(write(0x3fffc, 8, 1)).ret).toBe(false);
    expect(machine.step(write(0xfffffffc, 8, 1)).ret).toBe(false);
  });

  it('in a run counts up in 64 bits, wrapping at the size written', () => {
    const machine = machineAfter();
    machine.step(writeRun(0x1000, 8, 2));
    machine.step(writeRun(0x2000, 4, 2));
    expect(machine.memory.readWord(0x1008)).toBe(0x67);
    expect(machine.memory.readWord(0x100c)).toBe(1);
    expect(machine.memory.readWord(0x2004)).toBe(0x67);
  });

  it('in a run is all refused if one word is', () => {
    const machine = machineAfter(on.launcher(2, 'hole'));
    expect(machine.step(writeRun(0x1ff8, 4, 4)).ret).toBe(false);
    expect(machine.memory.readWord(0x1ff8)).toBe(0);
    expect(machine.step(writeRun(0x0, 4, 2 ** 31)).ret).toBe(false);
  });
});

describe('names of pages', () => {
  it('count the frames that a guest page was given', () => {
    const machine = machineAfter(on.fault(0x5000, 2), on.launcher(5, 'anon'));
    const { delta } = machine.step(on.fault(0x5000, 2));
    expect(delta?.pte).toEqual([[0, '0x5000', 'g5.1', '0x63']]);
    expect(delta?.refs).toEqual([
      ['g5', 0],
      ['g5.1', 1],
    ]);
  });

  it('stay with a frame that its guest page has abandoned', () => {
    const machine = machineAfter(on.fault(0x5000, 2), on.launcher(5, 'hole'));
    expect(machine.step(on.clearAll()).delta?.refs).toEqual([['g5', 0]]);
    expect(machine.step(on.free).leaks).toBeUndefined();
  });

  it('tell a leaf that a failed pinning left from one that was never there', () => {
    const machine = machineAfter(on.fault(0x5000, 2), on.launcher(5, 'hole'));
    const { killed, delta } = machine.step(on.fault(0x5000, 2));
    expect(killed).toBe('failed to get page 5');
    expect(delta?.pte).toEqual([[0, '0x5000', 'none', '0x0']]);
  });
});

describe('entries of 64 bits', () => {
  it('show no-execute above the page number', () => {
    const machine = new ConformanceMachine(paeMachine);
    machine.step(on.init(2));
    expect(machine.step(on.enter(0)).delta?.pte).toEqual([
      [2, '0xffe01000', 'regs0', '0x8000000000000063'],
      [2, '0xffe02000', 'cpu0.ro', '0x8000000000000061'],
    ]);
  });
});

describe('a table that is made anew within one operation', () => {
  it('is compared entry by entry, as if it had stayed', () => {
    const machine = machineAfter(on.enter(0));
    expect(machine.step(on.clearAll()).delta).toEqual({
      slots: [[0, { allocated: true, gpgdir: '0x0', switcherMapped: true, lastHostCpu: -1 }]],
      pte: [
        [0, '0xffc01000', 'none', '0x0'],
        [0, '0xffc02000', 'none', '0x0'],
      ],
      refs: [
        ['regs0', 0],
        ['cpu0.ro', 0],
      ],
    });
  });
});

describe('references', () => {
  it('are as many as the leaves that map a page', () => {
    const machine = machineAfter(on.fault(0x0, 0), on.fault(0x1000, 0));
    expect(machine.miscounted()).toEqual([]);
    machine.step(on.setPte(0x0, 0x0, 0x14020));
    expect(machine.miscounted()).toEqual([{ page: 'zero', holds: 2, leaves: 1 }]);
  });
});

describe('the host memory of a replay', () => {
  it('is as good as new for the next one', () => {
    const hosts = new HostPool();
    const deltas = [1, 2].map(() => {
      const host = hosts.take(twoLevelMachine);
      const machine = new ConformanceMachine(twoLevelMachine, { host });
      return [on.init(0), on.fault(0x5000, 2)].map((operation) => machine.step(operation));
    });
    expect(deltas[0]).toEqual(deltas[1]);
  });

  it('gives no verdict when it is full', () => {
    const machine = machineAfter();
    const giveAndTake = [on.launcher(0, 'private'), on.launcher(0, 'anon')];
    const fill = (): void => {
      for (let i = 0; i < 20_000; i++) for (const operation of giveAndTake) machine.step(operation);
    };
    expect(fill).toThrow(HostExhausted);
  });
});
