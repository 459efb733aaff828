// SPDX-License-Identifier: GPL-2.0-or-later
import { Bus, VirtualClock, defaultCosts, type Message, type Topic } from '@lguest-sim/bus';
import { describe, expect, test } from 'vitest';
import { MmuHostActor, type MmuHostSnapshot } from '../src/index.js';
import { KERNEL, TestMachine, formats } from './support/test-machine.js';

const GUEST = 3;
const VADDR = 0x08049123;

/** A shadow MMU on a bus, and what it answers. */
class Rig {
  readonly machine: TestMachine;
  readonly clock = new VirtualClock(4);
  readonly bus = new Bus(this.clock);
  readonly transitions: string[] = [];
  readonly answers: Message[] = [];
  readonly announced: Message[] = [];
  readonly actor: MmuHostActor;

  constructor(machine: TestMachine) {
    this.machine = machine;
    for (const topic of ['shadow-done', 'switcher-mapped'] as const) {
      this.bus.handle(topic, GUEST, (message) => this.answers.push(message));
    }
    this.bus.messages$.subscribe(({ message }) => {
      if (message.topic === 'slot-changed') this.announced.push(message);
    });
    this.actor = new MmuHostActor({
      bus: this.bus,
      clock: this.clock,
      costs: defaultCosts,
      guest: GUEST,
      core: machine.mmu,
      inspect: ({ id, from, to }) => {
        if (from !== to) this.transitions.push(`${id}: ${from} to ${to}`);
      },
    });
  }

  send<T extends Topic>(topic: T, payload: object = {}, cpu = 0): Message | undefined {
    this.answers.length = 0;
    this.bus.publish({ topic, cpu, guest: GUEST, ...payload } as Message);
    return this.answers[0];
  }

  /** Made, announced, and on a first table (returned, a gpa). */
  boot(): number {
    this.send('init-pagetable');
    this.machine.poke(0x3568, KERNEL);
    this.send('guest-data-init', { guestData: 0x3000 });
    const gpgdir = this.machine.makeTable();
    this.send('new-pagetable', { gpgdir });
    return gpgdir;
  }
}

describe('the shadow MMU on the bus', () => {
  test('answers a fault, and lets its cost pass on the host CPU it came from', () => {
    const rig = new Rig(new TestMachine());
    const gpgdir = rig.boot();
    rig.machine.map(gpgdir, VADDR, 5, 0x07);
    expect(rig.send('demand-page', { address: VADDR, errorCode: 6 }, 2)).toEqual({
      topic: 'shadow-done',
      cpu: 2,
      guest: GUEST,
      fixed: true,
    });
    expect(rig.clock.now[2]).toBe(defaultCosts.demandPage);
    expect(rig.send('demand-page', { address: 0x1000, errorCode: 6 })).toMatchObject({
      fixed: false,
    });
  });

  test('says what became of a slot, and what to load into CR3', () => {
    const rig = new Rig(new TestMachine({ random: [0, 2] }));
    const gpgdir = rig.boot();
    expect(rig.announced).toEqual([
      { topic: 'slot-changed', cpu: 0, guest: GUEST, slot: 2, gpgdir, change: 'fresh' },
    ]);
    const cr3 = rig.machine.mmu.slots[2]!.topPfn * 4096;
    const answers = [1, 1, 3].map((cpu) => rig.send('map-switcher', {}, cpu));
    expect(answers).toMatchObject([
      { topic: 'switcher-mapped', remap: 'full', cr3 },
      { remap: 'skipped' },
      { remap: 'targeted' },
    ]);
  });

  test('drives the guest’s and the slots’ machines', () => {
    const rig = new Rig(new TestMachine({ random: [0, 2] }));
    rig.boot();
    rig.send('map-switcher');
    rig.send('flush-tlb', { kernel: true });
    rig.send('free-pagetable');
    expect(rig.transitions).toEqual([
      'guest 3 slot 0: empty to shadowing',
      'guest 3 mmu: linear to paged',
      'guest 3 slot 2: empty to shadowing',
      'guest 3 slot 2: shadowing to mapped',
      'guest 3 slot 2: mapped to shadowing',
      'guest 3 mmu: paged to dead',
      'guest 3 slot 0: shadowing to empty',
      'guest 3 slot 2: shadowing to empty',
    ]);
    expect(() => rig.send('demand-page', { address: 0, errorCode: 0 })).toThrow(
      'guest 3 mmu: event demand-page is illegal in state dead',
    );
  });

  test('passes every request on', () => {
    const rig = new Rig(new TestMachine({ format: formats[1] }));
    const gpgdir = rig.boot();
    rig.machine.map(gpgdir, KERNEL, 5, 0x63);
    const requests: [Topic, object][] = [
      ['set-stack', { ss: 0x69, esp: KERNEL + 4096, pages: 1 }],
      ['pin-stack', {}],
      ['set-pte', { gpgdir, address: KERNEL, low: 0x6063, high: 0 }],
      ['set-pgd', { gpgdir, index: 0 }],
      ['set-pmd', { gpmd: 0, index: 0 }],
      ['flush-tlb', { kernel: false }],
    ];
    for (const [topic, payload] of requests) {
      expect(rig.send(topic, payload)).toMatchObject({ topic: 'shadow-done', fixed: true });
    }
    expect(rig.machine.killed).toBeUndefined();
    expect(rig.machine.mmu.vcpu(0).esp).toBe(KERNEL + 4096);
  });

  test('says that a guest could not be made', () => {
    const rig = new Rig(new TestMachine());
    rig.machine.tableLimit = 0;
    expect(rig.send('init-pagetable')).toMatchObject({ fixed: false });
  });

  test('hears nothing any more once it was stopped', () => {
    const rig = new Rig(new TestMachine());
    rig.actor.stop();
    expect(() => rig.send('init-pagetable')).toThrow('nobody handles it');
  });
});

describe('a snapshot', () => {
  test('put back, goes on as if nothing had happened since', () => {
    const rig = new Rig(new TestMachine({ random: [0, 1, 2, 3] }));
    const gpgdir = rig.boot();
    rig.machine.map(gpgdir, VADDR, 5, 0x07);
    rig.send('map-switcher', {}, 1);
    const host = rig.machine.host.snapshot();
    const snapshot = structuredClone(rig.actor.snapshot()) as MmuHostSnapshot;

    const goOn = (): unknown[] => {
      rig.machine.random.splice(0, Infinity, 3);
      return [
        rig.send('demand-page', { address: VADDR, errorCode: 4 }),
        rig.send('new-pagetable', { gpgdir: 0x50000 }),
        rig.send('map-switcher', {}, 0),
        rig.actor.snapshot(),
        rig.machine.host.snapshot().words,
      ];
    };
    const first = goOn();
    rig.machine.host.restore(host);
    rig.actor.restore(snapshot);
    expect(rig.actor.snapshot()).toEqual(snapshot);
    expect(goOn()).toEqual(first);
  });

  test('of another number of slots or vCPUs is refused', () => {
    const one = new TestMachine().mmu;
    const two = new TestMachine({ vcpus: 2 }).mmu;
    expect(() => one.restore(two.snapshot())).toThrow('snapshot of 4 slots and 2 vCPUs');
  });
});
