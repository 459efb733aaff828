// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, Register, Selector } from '@lguest-sim/abi';
import { Bus } from '@lguest-sim/bus';
import type { MachineTransition, Message } from '@lguest-sim/bus';
import { AccessKind } from '@lguest-sim/trace';
import { Operation } from '@lguest-sim/x86';
import { describe, expect, it } from 'vitest';
import { CpuActor, NO_GUEST } from '../src/index.js';
import { ScriptedCode } from './support/scripted-code.js';
import { KERNEL_RW, TestMachine } from './support/test-machine.js';

const FOREVER = 1e15;
const CPU = 1;
const GUEST = 3;

/** A host CPU on a bus; the test plays the Switcher and the guest's kernel actor. */
function setUp() {
  const machine = new TestMachine({ cpu: CPU });
  const bus = new Bus(machine.clock);
  const code = new ScriptedCode();
  const transitions: MachineTransition[] = [];
  const messages: Message[] = [];
  for (const topic of ['trap'] as const)
    bus.handle(topic, CPU, (message) => messages.push(message));
  for (const topic of ['guest-trap', 'guest-return'] as const) {
    bus.handle(topic, GUEST, (message) => messages.push(message));
  }
  const actor = new CpuActor({
    bus,
    core: machine.core,
    codeOf: (guest) => {
      expect(guest).toBe(GUEST);
      return code;
    },
    inspect: (transition) => transitions.push(transition),
  });
  const enterUser = (): void => {
    machine.enterUser(code);
    bus.publish({ topic: 'guest-entered', cpu: CPU, guest: GUEST });
  };
  const enterKernel = (): void => {
    machine.enterKernel(code, 0xc0100000, 0xc0301000);
    bus.publish({ topic: 'guest-entered', cpu: CPU, guest: GUEST });
  };
  return { machine, bus, code, actor, transitions, messages, enterUser, enterKernel };
}

describe('the actor of a host CPU', () => {
  it('comes up in the host, with no guest', () => {
    const { actor, transitions } = setUp();
    expect([actor.state, actor.guest]).toEqual(['host', NO_GUEST]);
    expect(transitions).toEqual([
      { id: 'cpu 1', machine: 'host-cpu', event: 'ONLINE', from: 'offline', to: 'host' },
    ]);
  });

  it('keeps an exit to itself until it is to deliver it, and stays in the guest so long', () => {
    const { actor, enterUser, messages } = setUp();
    enterUser();
    expect(actor.run(0)).toBe('exit');
    expect([actor.atExit, actor.state, messages]).toEqual([true, 'guest', []]);
    expect(() => actor.run(0)).toThrow('cpu 1: run at trap, expected to be in a guest');
    actor.deliver();
    expect([actor.atExit, actor.state]).toEqual([false, 'host']);
    expect(messages).toMatchObject([{ topic: 'trap', vector: 239 }]);
    expect(() => actor.deliver()).toThrow('cpu 1: no exit to deliver');
  });

  it('publishes a trap with vector, error code and address, and is in the host again', () => {
    const { actor, code, enterUser, messages } = setUp();
    code.accesses.addresses[0] = 0xbfff1234;
    code.accesses.info[0] = (4 << 3) | AccessKind.store;
    code.accesses.length = 1;
    enterUser();
    expect([actor.state, actor.guest]).toEqual(['guest', GUEST]);
    expect(actor.run(FOREVER)).toBe('exit');
    actor.deliver();
    expect(messages).toEqual([
      { topic: 'trap', cpu: CPU, guest: GUEST, vector: 14, errorCode: 6, address: 0xbfff1234 },
    ]);
    expect(actor.state).toBe('host');
  });

  it('is in the host already when the Switcher hears of the trap, which can enter again at once', () => {
    const { actor, bus, enterUser } = setUp();
    const states: string[] = [];
    bus.handle('trap', CPU, () => {
      states.push(actor.state);
      enterUser();
    });
    enterUser();
    actor.run(0);
    actor.deliver();
    expect([...states, actor.state]).toEqual(['host', 'guest']);
  });

  it('publishes a direct trap and the return from it, and stays in the guest', () => {
    const { actor, machine, code, enterUser, messages } = setUp();
    machine.map(0xc0300000, KERNEL_RW);
    machine.setKernelStack(0xc0301000);
    const gate = { selector: Selector.kernelCode, offset: 0xc0100040, type: GateType.trap };
    machine.setGate(0x80, { ...gate, privilege: 3 });
    code.onLimit = () => 'system-call';
    code.onResume = (registers) => {
      if (registers[Register.cs] === Selector.kernelCode) code.instructions.push(Operation.iret);
    };
    enterUser();
    for (let i = 0; i < 2; i++) {
      expect(actor.run(FOREVER)).toBe('exit');
      actor.deliver();
      expect(actor.state).toBe('guest');
    }
    const about = { cpu: CPU, guest: GUEST };
    expect(messages).toEqual([
      { topic: 'guest-trap', ...about, vector: 0x80, errorCode: 0, address: 0, direct: true },
      { topic: 'guest-return', ...about },
    ]);
  });

  it('publishes nothing for a process that waits for its trace', () => {
    const { actor, enterUser, messages } = setUp();
    enterUser();
    expect(actor.run(FOREVER)).toBe('starved');
    expect([messages, actor.state]).toEqual([[], 'guest']);
  });

  it('idles and wakes', () => {
    const { actor, bus } = setUp();
    bus.publish({ topic: 'cpu-idle', cpu: CPU, guest: GUEST });
    expect(actor.state).toBe('halted');
    bus.publish({ topic: 'cpu-wake', cpu: CPU, guest: GUEST });
    expect(actor.state).toBe('host');
  });

  it('refuses what its machine has no way for', () => {
    const { actor, bus, enterUser } = setUp();
    expect(() => actor.run(1)).toThrow('cpu 1: run in state host, expected to be in a guest');
    enterUser();
    expect(() => enterUser()).toThrow('cpu 1: event ENTER is illegal in state guest; legal: TRAP');
    expect(() => bus.publish({ topic: 'cpu-idle', cpu: CPU, guest: GUEST })).toThrow('illegal');
  });

  it('hears nothing any more once it is stopped', () => {
    const { actor, enterUser } = setUp();
    actor.stop();
    expect(enterUser).toThrow('message guest-entered: nobody handles it for cpu 1');
  });

  it('goes on from a snapshot, in the guest that ran', () => {
    const first = setUp();
    first.code.instructions.push(Operation.hypercall, 10);
    first.enterKernel();
    const snapshot = structuredClone(first.actor.snapshot());
    const second = setUp();
    second.code.instructions.push(Operation.hypercall, 10);
    second.actor.restore(snapshot);
    expect([second.actor.state, second.actor.guest]).toEqual(['guest', GUEST]);
    second.machine.load();
    expect(second.actor.run(FOREVER)).toBe('exit');
    second.actor.deliver();
    expect(second.messages).toMatchObject([{ topic: 'trap', vector: 0x1f }]);
  });

  it('goes on from a snapshot at an exit that is not delivered yet', () => {
    const first = setUp();
    first.enterUser();
    first.actor.run(0);
    const second = setUp();
    second.actor.restore(structuredClone(first.actor.snapshot()));
    expect(second.actor.atExit).toBe(true);
    second.actor.deliver();
    expect(second.messages).toMatchObject([{ topic: 'trap', vector: 239, guest: GUEST }]);
  });

  it('can be put back to before any guest ran', () => {
    const { actor, enterUser } = setUp();
    const snapshot = actor.snapshot();
    enterUser();
    actor.restore(snapshot);
    expect([actor.state, actor.guest]).toEqual(['host', NO_GUEST]);
    expect(() => actor.core.run(1)).toThrow('no guest was entered');
  });
});
