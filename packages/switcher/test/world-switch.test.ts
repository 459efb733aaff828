// SPDX-License-Identifier: GPL-2.0-or-later
import {
  REGISTERS_OFFSET,
  Register,
  registersAddress,
  stateAddress,
  switcherLayout,
} from '@lguest-sim/abi';
import { FrameOwner, HostMemory, frameWord } from '@lguest-sim/x86';
import { beforeEach, describe, expect, it } from 'vitest';
import { HostCrash, SwitcherPages, WorldSwitch } from '../src/index.js';
import { PlainCpu } from './host-cpu.js';

const layout = switcherLayout(2);
const CPU = 1;
const GUEST_CR3 = 0x5a00000;
const HOST_CR3 = 0xfe001000;

let host: HostMemory;
let pages: SwitcherPages;
let processor: PlainCpu;
let core: WorldSwitch;
let regsPage: number;

beforeEach(() => {
  host = new HostMemory(64);
  pages = new SwitcherPages({ host, layout });
  processor = new PlainCpu();
  core = new WorldSwitch({ host, layout, cpu: CPU, processor });
  regsPage = pages.allocateRegisters();
  processor.map(GUEST_CR3, registersAddress(layout, CPU), regsPage);
  processor.map(GUEST_CR3, stateAddress(layout, CPU), pages.state(CPU));
  host.words[frameWord(pages.state(CPU))] = HOST_CR3;
  setRegister(Register.trapNumber, 256);
});

function setRegister(register: number, value: number): void {
  host.words[frameWord(regsPage) + REGISTERS_OFFSET / 4 + register] = value;
}

function crash(action: () => void): HostCrash {
  try {
    action();
  } catch (error) {
    if (error instanceof HostCrash) return error;
    throw error;
  }
  throw new Error('it did not crash');
}

describe('the way into a guest', () => {
  it('loads the guest’s CR3, then pops all registers from the regs page that appears', () => {
    setRegister(Register.eax, 7);
    setRegister(Register.eip, 0x08048456);
    setRegister(Register.ss, 0x7b);
    core.enter(GUEST_CR3);
    expect(processor.loads).toEqual([GUEST_CR3]);
    expect(processor.registers[Register.eax]).toBe(7);
    expect(processor.registers[Register.eip]).toBe(0x08048456);
    expect(processor.registers[Register.ss]).toBe(0x7b);
  });

  it('counts as one world switch, with its way out', () => {
    core.enter(GUEST_CR3);
    core.exit();
    core.enter(GUEST_CR3);
    expect(core.worldSwitches).toBe(2);
  });

  it('crashes the host if the new table does not show a regs page', () => {
    processor.unmap(GUEST_CR3, registersAddress(layout, CPU));
    const { details, message } = crash(() => core.enter(GUEST_CR3));
    expect(details).toEqual({ cpu: 1, stage: 'guest entry', address: 0xfff62fb8 });
    expect(message).toBe(
      'host CPU 1 crashed at guest entry: nothing mapped (triple fault) at 0xfff62fb8',
    );
  });

  it('crashes the host if something else than a regs page is mapped there', () => {
    const other = host.allocate(FrameOwner.launcher);
    processor.map(GUEST_CR3, registersAddress(layout, CPU), other);
    expect(crash(() => core.enter(GUEST_CR3)).message).toContain('of another kind');
  });

  it('crashes the host if the hypervisor has not stored trap number 256', () => {
    setRegister(Register.trapNumber, 14);
    expect(crash(() => core.enter(GUEST_CR3)).message).toContain('trap number 14 instead of 256');
  });
});

describe('the way out of a guest', () => {
  it('loads the CR3 that the host left in this CPU’s state page, as an unsigned address', () => {
    core.enter(GUEST_CR3);
    core.exit();
    expect(processor.loads).toEqual([GUEST_CR3, HOST_CR3]);
  });

  it('crashes the host if the guest’s table does not show the state page', () => {
    core.enter(GUEST_CR3);
    processor.unmap(GUEST_CR3, stateAddress(layout, CPU));
    expect(crash(() => core.exit()).details).toEqual({
      cpu: 1,
      stage: 'guest exit',
      address: stateAddress(layout, CPU),
    });
  });
});

describe('a world switch’s snapshot', () => {
  it('brings the count back', () => {
    core.enter(GUEST_CR3);
    const other = new WorldSwitch({ host, layout, cpu: CPU, processor });
    other.restore(structuredClone(core.snapshot()));
    expect(other.worldSwitches).toBe(1);
  });
});
