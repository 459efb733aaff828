// SPDX-License-Identifier: GPL-2.0-or-later
import { catalogue } from '@lguest-sim/audit';
import { GuestData, REGISTERS_OFFSET, Register, StatePage, stateAddress } from '@lguest-sim/abi';
import { Flag, frameWord, hex } from '@lguest-sim/x86';
import { afterEach, describe, expect, it } from 'vitest';
import { AuditFailure } from '../src/audit-failure.js';
import { Simulation } from '../src/simulation.js';
import { resultsOf, small, wanderingTrace } from './support.js';
import { AuditScene } from './support/audit-scene.js';

/** How to damage a machine so that an assertion does not hold. */
type Damage = (scene: AuditScene) => void;

/** Changes a leaf of the process's, and looks. */
function userLeaf(change: (low: number, scene: AuditScene) => number): Damage {
  return (scene) => {
    const word = scene.entry(scene.userPage);
    scene.words[word] = change(scene.words[word]!, scene);
    scene.auditor.finish();
  };
}

const flagsOf = (low: number): number => low & 0xfff;

const damages: Readonly<Record<string, Damage>> = {
  'leaf-maps-allowed-page': userLeaf(
    (low, { memory }) => ((memory.frameCount - 1) << 12) | flagsOf(low),
  ),
  'leaf-in-its-place': userLeaf((low, { host }) => (host.switcherPages.text << 12) | flagsOf(low)),
  'no-foreign-page': userLeaf((low, { top }) => (top << 12) | flagsOf(low)),
  'writable-leaf-is-private': userLeaf(
    (low, { memory }) => (memory.zeroPage << 12) | flagsOf(low) | Flag.writable,
  ),
  'no-large-or-global-page': userLeaf((low) => low | Flag.pageSize),
  'rights-within-guest': (scene) => {
    scene.words[scene.entry(scene.stackPage)]! |= Flag.user;
    scene.auditor.finish();
  },
  'accessed-and-dirty-seen': (scene) => {
    const { guest, userPage } = scene;
    const at = scene.guestLeafAt(userPage);
    guest.memory.writeWord(at, guest.memory.readWord(at) & ~Flag.accessed);
    scene.words[scene.entry(userPage)]! ^= Flag.cacheDisable;
    scene.auditor.finish();
  },
  'switcher-leaf-rights': (scene) => {
    scene.words[scene.entry(stateAddress(scene.host.layout, scene.cpu))]! |= Flag.user;
    scene.auditor.finish();
  },
  'directory-flags': (scene) => {
    scene.words[scene.entry(scene.userPage, 0)]! |= Flag.pageSize;
    scene.auditor.finish();
  },
  'switcher-path': (scene) => {
    scene.words[scene.entry(scene.host.layout.address, 0)]! &= ~Flag.writable;
    scene.auditor.finish();
  },
  'switcher-mapped-is-true': (scene) => {
    scene.words[scene.entry(scene.host.layout.address)] = 0;
    scene.auditor.finish();
  },
  'only-this-cpu-mapped': (scene) => {
    const { layout } = scene.host;
    const state = scene.words[scene.entry(stateAddress(layout, scene.cpu))]!;
    scene.words[scene.entry(stateAddress(layout, 1 - scene.cpu))] = state;
    scene.enter();
  },
  'holds-are-leaves': (scene) => {
    scene.memory.hold(scene.words[scene.entry(scene.userPage)]! >>> 12);
    scene.auditor.finish();
  },
  'tables-are-bounded': (scene) => {
    scene.words[scene.entry(scene.userPage, 0)] = 0;
    scene.auditor.finish();
  },
  'table-hangs-once': (scene) => {
    scene.words[scene.entry(0x70000000, 0)] = scene.words[scene.entry(scene.userPage, 0)]!;
    scene.auditor.finish();
  },
  'kernel-address-is-fixed': (scene) => {
    const { mmu } = scene.guest;
    mmu.restore({ ...mmu.snapshot(), kernelAddress: 0x80000000 | 0 });
    scene.auditor.finish();
  },
  'death-is-final': (scene) => {
    const { guest } = scene.guest.vcpu;
    guest.kill('the first reason');
    scene.auditor.finish();
    guest.restore({ ...guest.snapshot(), reason: 'another' });
    scene.auditor.finish();
  },
  'one-slot-for-a-table': (scene) => {
    const { mmu } = scene.guest;
    const saved = mmu.snapshot();
    const current = mmu.vcpu(0).slot;
    const other = saved.slots.findIndex(({ topPfn }, slot) => topPfn !== 0 && slot !== current);
    const { gpgdir } = saved.slots[current]!;
    const slots = saved.slots.map((slot, at) => (at === other ? { ...slot, gpgdir } : slot));
    mmu.restore({ ...saved, slots });
    scene.auditor.finish();
  },
  'dead-not-entered': (scene) => {
    scene.guest.vcpu.kill('something');
    scene.enter();
  },
  'stack-is-pinned': (scene) => {
    const { cpu, number: guest } = scene;
    const { mmu } = scene.guest;
    const { gpgdir } = mmu.slots[mmu.vcpu(0).slot]!;
    scene.after({ topic: 'new-pagetable', cpu, guest, gpgdir });
    scene.words[scene.entry(scene.stackPage)]! &= ~Flag.writable;
    scene.enter();
  },
  'stack-is-writable': (scene) => {
    scene.words[scene.entry(scene.stackPage)]! &= ~Flag.writable;
    scene.enter();
  },
  'entry-is-undisturbed': (scene) => {
    scene.enter(() => scene.memory.allocate(1));
  },
  'tlb-follows-tables': (scene) => {
    const { core } = scene.host.cpus[scene.cpu]!;
    const place = core.mmu.tlb.tags.findIndex((tag) => (tag & Flag.present) !== 0);
    core.mmu.tlb.frames[place]! += 4096;
    scene.after({ topic: 'interrupt', cpu: scene.cpu, guest: scene.number, irq: 0 });
  },
  'rings-are-kept': (scene) => {
    const { registersFrame } = scene.guest.vcpu.state;
    scene.words[frameWord(registersFrame) + REGISTERS_OFFSET / 4 + Register.cs] = 0x60;
    scene.enter();
  },
  'state-page-is-the-vcpus': (scene) => {
    const state = frameWord(scene.host.switcherPages.state(scene.cpu));
    scene.words[state + (StatePage.guestGdt + 12 * 8) / 4]! ^= 1;
    scene.enter();
  },
  'switcher-left-alone': (scene) => {
    const { cpu, number: guest } = scene;
    scene.words[scene.entry(stateAddress(scene.host.layout, cpu))]! ^= Flag.cacheDisable;
    scene.after({ topic: 'set-pte', cpu, guest, gpgdir: 0, address: 0, low: 0, high: 0 });
  },
  'user-flush-ends-at-kernel': (scene) => {
    scene.words[scene.entry(scene.stackPage)] = 0;
    const { cpu, number: guest } = scene;
    scene.after({ topic: 'flush-tlb', cpu, guest, kernel: false });
  },
  'top-index-is-checked': (scene) => {
    const { cpu, number: guest } = scene;
    scene.after({ topic: 'set-pgd', cpu, guest, gpgdir: 0, index: 1024 });
  },
  'ring-comes-first': (scene) => {
    const { cpu, number: guest } = scene;
    const call = { topic: 'hypercall', cpu, guest, number: 0, args: [0, 0, 0, 0] } as const;
    scene.before({ topic: 'guest-exit', cpu, guest, trapNumber: 31, errorCode: 0, address: 0 });
    scene.before({ ...call, fromRing: false });
    scene.before({ ...call, fromRing: true });
  },
  'fault-address-is-told': (scene) => {
    const { cpu, number: guest } = scene;
    const { memory, vcpu } = scene.guest;
    const cr2 = memory.readWord(vcpu.guest.dataAddress + GuestData.cr2);
    const address = (cr2 ^ 0x1000) >>> 0;
    scene.before({
      topic: 'guest-trap',
      cpu,
      guest,
      vector: 14,
      errorCode: 4,
      address,
      direct: false,
    });
  },
  'fixed-fault-is-fixed': (scene) => {
    const { cpu, number: guest } = scene;
    scene.before({ topic: 'demand-page', cpu, guest, address: 0x70000000, errorCode: 4 });
    scene.before({ topic: 'shadow-done', cpu, guest, fixed: true });
  },
};

describe('the audit', () => {
  let scene: AuditScene | undefined;
  afterEach(async () => {
    await scene?.close();
    scene = undefined;
  });

  it.each(['two-level', 'pae'] as const)(
    'finds nothing in a %s machine as it is',
    async (paging) => {
      scene = await AuditScene.set(paging);
      scene.enter();
      scene.auditor.finish();
      expect(scene.violations).toEqual([]);
      expect(scene.auditor.looks).toBeGreaterThan(100);
    },
  );

  it.each(Object.keys(damages))('finds damage that breaks %s', async (name) => {
    scene = await AuditScene.set();
    damages[name]!(scene);
    const found = scene.violations.find(({ assertion }) => assertion === name);
    expect(found, scene.violations.map(({ assertion }) => assertion).join()).toBeDefined();
    const { contract } = catalogue.find((entry) => entry.name === name)!;
    expect(found!.contract).toBe(contract);
    expect(found!.expected).not.toBe('');
  });

  it('has such damage for each of its assertions, and an assertion for each part of the contract', () => {
    expect(Object.keys(damages).sort()).toEqual(catalogue.map(({ name }) => name).sort());
    const parts = new Set(catalogue.map(({ contract }) => contract));
    expect([...parts]).toEqual(Array.from({ length: 27 }, (_, part) => part + 1));
  });

  it('ends a run at the first violation, and says which entry, what message and what was expected', async () => {
    scene = await AuditScene.set();
    const { userPage, number } = scene;
    const word = scene.entry(userPage);
    const index = (userPage >>> 12) & 1023;
    scene.words[word]! |= Flag.global;
    const run = (scene['simulation'] as Simulation).run();
    const error = await run.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuditFailure);
    const { message, violation } = error as AuditFailure;
    expect(message).toContain('audit failed: no-large-or-global-page (contract 10)');
    expect(message).toContain(
      `guest ${number}, slot ${violation.entry!.slot}, entry ${index} of table ${hex(word >>> 10)}, ` +
        `for ${hex(userPage)}, is ${hex(scene.words[word]!)}: found flags`,
    );
    expect(message).toMatch(/expected neither bit 7 nor bit 8 \(message \d+, [a-z-]+\)$/);
    expect(violation.cause!.sequence).toBe(scene.host.bus.sequence - 1);
    expect((scene['simulation'] as Simulation).state).toBe('failed');
  });

  it.each(['entry', 'every'] as const)('changes no result with "%s"', async (audit) => {
    const config = { ...small, cpus: 2, guests: 2, slice: 20_000 };
    const traces = [wanderingTrace('a', 3000, 40), wanderingTrace('b', 3000, 40)];
    const plain = await resultsOf(config, traces);
    const audited = await resultsOf({ ...config, audit }, traces);
    expect({ ...audited, config: plain.config }).toEqual(plain);
  });

  it('goes on with a run that was put back', async () => {
    const config = { ...small, cpus: 2, guests: 2, audit: 'every' } as const;
    scene = await AuditScene.set();
    const saved = structuredClone((scene['simulation'] as Simulation).snapshot());
    const traces = ['a', 'b'].map((name) => wanderingTrace(name, 60_000, 60));
    const again = new Simulation({ ...config, slice: 20_000 }, traces);
    await again.restore(saved);
    expect(await again.run()).toBe('finished');
    await again.close();
  });
});
