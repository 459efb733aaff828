// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, GuestData, Hypercall, Register } from '@lguest-sim/abi';
import { Bus, VirtualClock, defaultCosts, type Message, type Topic } from '@lguest-sim/bus';
import { beforeEach, describe, expect, it } from 'vitest';
import { HypervisorActor } from '../src/index.js';
import { DATA, GUEST_PAGES, Rig } from './rig.js';

const GUEST = 3;
const CR3 = 0x5a00000;

const requests = [
  ...(['init-pagetable', 'guest-data-init', 'new-pagetable', 'flush-tlb', 'set-stack'] as const),
  ...(['set-pte', 'set-pgd', 'set-pmd', 'free-pagetable'] as const),
];
const toGuest = ['guest-trap', 'guest-halt', 'guest-dead'] as const;
const toHost = ['vcpu-runnable', 'reschedule', 'vcpu-halted'] as const;

let rig: Rig;
let bus: Bus;
let clock: VirtualClock;
let actor: HypervisorActor;
let log: Message[];
/** What the shadow MMU answers to the next page faults. */
let fixed: boolean;

beforeEach(() => {
  rig = new Rig();
  start();
});

function start(): void {
  clock = new VirtualClock(4);
  bus = new Bus(clock);
  log = [];
  fixed = true;
  bus.messages$.subscribe(({ message }) => log.push(message));
  for (const topic of requests) {
    bus.handle(topic, GUEST, ({ cpu }) => answer(cpu, true));
  }
  bus.handle('demand-page', GUEST, ({ cpu }) => answer(cpu, fixed));
  bus.handle('map-switcher', GUEST, ({ cpu, guest }) =>
    bus.publish({ topic: 'switcher-mapped', cpu, guest, remap: 'skipped', cr3: CR3 }),
  );
  for (let cpu = 0; cpu < 4; cpu++) bus.handle('enter-guest', cpu, () => undefined);
  for (const topic of toGuest) bus.handle(topic, GUEST, () => undefined);
  for (const topic of toHost) bus.handle(topic, 0, () => undefined);
  actor = new HypervisorActor({ bus, clock, costs: defaultCosts, guest: GUEST, core: rig.core });
}

function answer(cpu: number, done: boolean): void {
  bus.publish({ topic: 'shadow-done', cpu, guest: GUEST, fixed: done });
}

function topics(): Topic[] {
  return log.map((message) => message.topic);
}

function birth(): void {
  bus.publish({ topic: 'initialize', cpu: 0, guest: GUEST, pages: GUEST_PAGES, start: 0x100000 });
  bus.publish({ topic: 'run-vcpu', cpu: 0, guest: GUEST });
}

function exit(trapNumber: number, errorCode = 0, address = 0): void {
  rig.setRegister(Register.trapNumber, trapNumber);
  rig.setRegister(Register.errorCode, errorCode);
  bus.publish({ topic: 'guest-exit', cpu: 0, guest: GUEST, trapNumber, errorCode, address });
}

function call(number: number, ...args: number[]): void {
  [number, ...args].forEach((word, i) => rig.setRegister(i, word));
  exit(31);
}

/** A guest that has made LGUEST_INIT; the log is empty. */
function ready(): void {
  birth();
  rig.setData(GuestData.syscallVector, 128);
  rig.setData(GuestData.irqEnabled, 0x200);
  for (let slot = 0; slot < 64; slot++) rig.setStatus(slot, 0xff);
  call(Hypercall.lguestInit, DATA);
  log.length = 0;
}

describe('the hypervisor actor', () => {
  it('gives birth to a vCPU and lets the host scheduler run it', () => {
    birth();
    expect(topics()).toEqual([
      ...['initialize', 'init-pagetable', 'shadow-done', 'vcpu-runnable'],
      ...['run-vcpu', 'map-switcher', 'switcher-mapped', 'enter-guest'],
    ]);
    expect(log.at(-1)).toEqual({ topic: 'enter-guest', cpu: 0, guest: GUEST, cr3: CR3 });
    expect(actor.state).toBe('entered');
  });

  it('turns one page fault into six messages', () => {
    ready();
    const before = clock.now[0]!;
    exit(14, 6, 0x8049123);
    expect(topics()).toEqual([
      ...['guest-exit', 'demand-page', 'shadow-done', 'map-switcher'],
      ...['switcher-mapped', 'enter-guest'],
    ]);
    expect(log[1]).toEqual({
      topic: 'demand-page',
      cpu: 0,
      guest: GUEST,
      address: 0x8049123,
      errorCode: 6,
    });
    expect(clock.now[0]! - before).toBe(defaultCosts.exitHandling);
  });

  it('announces the guest’s own page fault to the guest', () => {
    ready();
    call(Hypercall.loadIdtEntry, 14, 0x00611000, 0xc0008e00);
    rig.setRegister(Register.esp, 0x8f00);
    log.length = 0;
    fixed = false;
    exit(14, 7, 0x8049123);
    expect(log.find((m) => m.topic === 'guest-trap')).toEqual({
      topic: 'guest-trap',
      cpu: 0,
      guest: GUEST,
      vector: 14,
      errorCode: 7,
      address: 0x8049123,
      direct: false,
    });
    expect(actor.state).toBe('entered');
  });

  it('announces LGUEST_INIT, then has the shadow MMU do its part of it in order', () => {
    birth();
    rig.setData(GuestData.syscallVector, 128);
    log.length = 0;
    call(Hypercall.lguestInit, DATA);
    expect(topics().slice(1, 6)).toEqual([
      ...['hypercall', 'guest-data-init', 'shadow-done', 'flush-tlb', 'shadow-done'],
    ]);
    expect(log[2]).toMatchObject({ guestData: DATA });
    expect(log[4]).toMatchObject({ kernel: true });
  });

  it.each([
    [{ topic: 'new-pagetable', gpgdir: 0xfffff000 }, [Hypercall.newPgtable, 0xfffff000]],
    [{ topic: 'flush-tlb', kernel: false }, [Hypercall.flushTlb, 0]],
    [{ topic: 'flush-tlb', kernel: true }, [Hypercall.flushTlb, 1]],
    [
      { topic: 'set-stack', ss: 0x69, esp: 0xc1001ff8, pages: 2 },
      [Hypercall.setStack, 0x69, 0xc1001ff8, 2],
    ],
    [
      { topic: 'set-pte', gpgdir: 0x1000, address: 0xc0800000, low: 0x80000063, high: 0 },
      [Hypercall.setPte, 0x1000, 0xc0800000, 0x80000063, 9],
    ],
    [{ topic: 'set-pgd', gpgdir: 0x1000, index: 1024 }, [Hypercall.setPgd, 0x1000, 1024]],
  ])('asks the shadow MMU with unsigned numbers: %j', (expected, [number, ...args]) => {
    ready();
    call(number!, ...args);
    expect(log[2]).toEqual({ cpu: 0, guest: GUEST, ...expected });
    expect(log[3]!.topic).toBe('shadow-done');
  });

  it('asks for SET_PMD and a high word under PAE', () => {
    rig = new Rig({ pae: true });
    start();
    ready();
    call(Hypercall.setPmd, 0x2000, 5);
    expect(log[2]).toEqual({ topic: 'set-pmd', cpu: 0, guest: GUEST, gpmd: 0x2000, index: 5 });
    log.length = 0;
    call(Hypercall.setPte, 0x1000, 0x8000, 0x5067, 0x80000000);
    expect(log[2]).toMatchObject({ low: 0x5067, high: 0x80000000 });
  });

  it('announces each hypercall with unsigned words and charges its cost', () => {
    ready();
    const before = clock.now[0]!;
    rig.queue(0, Hypercall.ts, 0xffffffff, 1, 2, 3);
    call(Hypercall.flushAsync, 1, 2, 3, 4);
    const calls = log.filter((m) => m.topic === 'hypercall');
    expect(calls).toEqual([
      {
        topic: 'hypercall',
        cpu: 0,
        guest: GUEST,
        number: Hypercall.ts,
        fromRing: true,
        args: [0xffffffff, 1, 2, 3],
      },
      {
        topic: 'hypercall',
        cpu: 0,
        guest: GUEST,
        number: Hypercall.flushAsync,
        fromRing: false,
        args: [1, 2, 3, 4],
      },
    ]);
    const { exitHandling, hypercall } = defaultCosts;
    expect(clock.now[0]! - before).toBe(exitHandling + 2 * hypercall);
  });

  it('asks the host scheduler after a host interrupt, and runs where it says', () => {
    ready();
    exit(239);
    expect(topics()).toEqual(['guest-exit', 'reschedule']);
    expect(actor.state).toBe('runnable');
    bus.publish({ topic: 'run-vcpu', cpu: 2, guest: GUEST });
    expect(log.slice(-3).every((message) => message.cpu === 2)).toBe(true);
  });

  it('tells guest and host scheduler of a halt, and wakes by an interrupt', () => {
    ready();
    call(Hypercall.halt);
    expect(topics().slice(-2)).toEqual(['guest-halt', 'vcpu-halted']);
    expect(actor.state).toBe('halted');
    bus.publish({ topic: 'interrupt', cpu: 1, guest: GUEST, irq: 0 });
    expect(topics().slice(-2)).toEqual(['interrupt', 'vcpu-runnable']);
    expect(actor.state).toBe('runnable');
    bus.publish({ topic: 'interrupt', cpu: 1, guest: GUEST, irq: 1 });
    expect(topics().at(-1)).toBe('interrupt');
  });

  it('does not tell the guest twice that it sleeps', () => {
    ready();
    rig.setData(GuestData.blockedInterrupts, 1);
    call(Hypercall.halt);
    bus.publish({ topic: 'interrupt', cpu: 0, guest: GUEST, irq: 0 });
    bus.publish({ topic: 'run-vcpu', cpu: 0, guest: GUEST });
    expect(topics().filter((topic) => topic === 'guest-halt')).toHaveLength(1);
    expect(topics().filter((topic) => topic === 'vcpu-halted')).toHaveLength(2);
  });

  it('delivers an interrupt that came while the guest ran, at its next exit', () => {
    ready();
    call(Hypercall.loadIdtEntry, 32, 0x00611000, (0xc0008000 | (GateType.interrupt << 8)) >>> 0);
    rig.setRegister(Register.esp, 0x8f00);
    log.length = 0;
    bus.publish({ topic: 'interrupt', cpu: 0, guest: GUEST, irq: 0 });
    expect(topics()).toEqual(['interrupt']);
    exit(14, 6, 0x8049123);
    expect(log.find((m) => m.topic === 'guest-trap')).toMatchObject({ vector: 32, address: 0 });
  });

  it('kills, frees and reports once', () => {
    ready();
    call(99);
    expect(topics()).toEqual([
      ...['guest-exit', 'hypercall', 'guest-killed', 'free-pagetable'],
      ...['shadow-done', 'guest-dead'],
    ]);
    expect(log.at(-1)).toEqual({
      topic: 'guest-dead',
      cpu: 0,
      guest: GUEST,
      reason: 'Bad hypercall 99\n',
      powerOff: false,
    });
    expect(actor.state).toBe('dead');
    bus.publish({ topic: 'interrupt', cpu: 0, guest: GUEST, irq: 0 });
    expect(actor.state).toBe('dead');
  });

  it('announces a kill by the shadow MMU when it happens, and dies at the loop’s test', () => {
    ready();
    bus.handle('demand-page', GUEST, () => rig.core.kill('failed to get page 3'));
    exit(14, 6, 0x8049123);
    expect(topics()).toEqual([
      ...['guest-exit', 'demand-page', 'shadow-done', 'guest-killed'],
      ...['free-pagetable', 'shadow-done', 'guest-dead'],
    ]);
  });

  it('does not call a guest killed that switches itself off', () => {
    ready();
    rig.memory.setBytes(0x5000, [0x6f, 0x66, 0x66, 0]);
    call(Hypercall.shutdown, 0x5000, 1);
    expect(topics()).not.toContain('guest-killed');
    expect(log.at(-1)).toMatchObject({ reason: 'CRASH: off', powerOff: true });
  });

  it('refuses messages that make no sense', () => {
    expect(() => bus.publish({ topic: 'run-vcpu', cpu: 0, guest: GUEST })).toThrow(
      'vcpu 3: event RUN is illegal in state unborn; legal: INITIALIZE',
    );
    birth();
    expect(() => answer(0, true)).toThrow('event ANSWER is illegal in state entered');
  });

  it('goes on from a snapshot, and hears nothing after it was stopped', () => {
    ready();
    exit(239);
    const snapshot = structuredClone(actor.snapshot());
    actor.stop();
    expect(() => bus.publish({ topic: 'run-vcpu', cpu: 0, guest: GUEST })).toThrow('nobody');
    start();
    actor.restore(snapshot);
    expect(actor.snapshot()).toEqual(snapshot);
    bus.publish({ topic: 'run-vcpu', cpu: 0, guest: GUEST });
    expect(actor.state).toBe('entered');
  });
});
