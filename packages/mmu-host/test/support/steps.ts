// SPDX-License-Identifier: GPL-2.0-or-later
import { registersAddress } from '@lguest-sim/abi';
import { Flag, hex, indexAt } from '@lguest-sim/x86';
import fc from 'fast-check';
import { leafOf, pathOf } from './shadow.js';
import type { TestMachine } from './test-machine.js';

/** Does something to a machine and says what came out wrong; nothing comes out right otherwise. */
export type Step = (machine: TestMachine, expected: Expected) => string | undefined | void;

/** What a guest may count on, kept beside the machine. */
export class Expected {
  /** Last NEW_PGTABLE argument of each vCPU. */
  readonly gpgdirs = new Map<number, number>();
}

/** Top levels of the guest's tables. More than slots, so that they compete. */
const GUEST_DIRECTORIES = [0x30000, 0x31000, 0x32000, 0x33000, 0x34000];
/** Addresses that meet in a few entries of a few tables, some in the Switcher's own. */
const BASES = [0, 0x08000000, 0xc0000000, 0xfff00000, 0xfff54000];

/** Ways to begin: still in linear mode, or with a vCPU or all of them on tables of their own. */
export const starts = {
  'in linear mode': () => undefined,
  'on one vCPU': (m: TestMachine) => void m.mmu.newPagetable(0, GUEST_DIRECTORIES[0]!),
  'on three vCPUs': (m: TestMachine) => {
    for (let v = 0; v < 3; v++) {
      m.random.push(v);
      m.mmu.newPagetable(v, GUEST_DIRECTORIES[v]!);
    }
  },
} as const satisfies Record<string, (machine: TestMachine) => void>;

const gpgdir = fc.constantFrom(...GUEST_DIRECTORIES);
const vaddr = fc
  .tuple(fc.constantFrom(...BASES), fc.nat(2))
  .map(([base, page]) => base + page * 4096);
const leafFlags = fc.oneof(
  fc.constantFrom(0x67, 0x63, 0x27, 0x23, 0x07, 0x05, 0x03, 0x45, 0x01, 0x160, 0x120, 0x1e7),
  fc.nat(0xfff),
);
const directoryFlags = fc.constantFrom(0x67, 0x67, 0x67, 0x63, 0x65, 0x61);
const gpfn = fc.integer({ min: 0x10, max: 0x17 });
/** Error codes of faults. */
const code = fc.constantFrom(0, 2, 4, 6);
const vcpu = fc.oneof(fc.constant(0), fc.nat(2));

/** Assertion 22: a fault that counts as fixed does not come again. */
function faultFault(m: TestMachine, v: number, va: number, errorCode: number): string | undefined {
  const fixed = m.mmu.demandPage(v, va, errorCode);
  if (!fixed || m.killed !== undefined) return undefined;
  const { levels } = m.format;
  const isAllowed = pathOf(m, m.mmu.vcpu(v).slot, va).every(({ low }, depth) => {
    const wanted = levels[depth]!.hasRights ? Flag.present | errorCode : Flag.present;
    return (low & wanted) === wanted;
  });
  return isAllowed ? undefined : `${hex(va)}: fixed, but code ${errorCode} faults again`;
}

/** The guest maps a page properly. */
const map = fc
  .tuple(gpgdir, vaddr, gpfn, leafFlags, directoryFlags)
  .map(([dir, va, page, flags, dirFlags]): Step => {
    return (m) => void m.map(dir, va, page, flags, dirFlags);
  });

/** A vCPU maps a page in its own table, with all rights in the leaf, and uses it. */
const touch = fc
  .tuple(vcpu, vaddr, gpfn, code, directoryFlags)
  .map(([v, va, page, errorCode, dirFlags]): Step => {
    return (m) => {
      m.map(m.mmu.slots[m.mmu.vcpu(v).slot]!.gpgdir, va, page, 0x07, dirFlags);
      return faultFault(m, v, va, errorCode);
    };
  });

/** The guest writes nonsense over an entry of a top level. */
const corrupt = fc
  .tuple(gpgdir, vaddr, fc.oneof(fc.constant(0), fc.nat(0xffffffff)))
  .map(([dir, va, value]): Step => {
    return (m) => m.poke(dir + indexAt(m.format.top, va) * m.format.entryBytes, value);
  });

const fault = fc.tuple(vcpu, vaddr, code).map(
  ([v, va, errorCode]): Step =>
    (m) =>
      faultFault(m, v, va, errorCode),
);

const setPte = fc
  .tuple(vcpu, vaddr, fc.oneof(gpfn, gpfn, fc.constant(0x5000)), leafFlags)
  .map(([v, va, page, flags]): Step => {
    return (m) => {
      const { gpgdir: dir } = m.mmu.slots[m.mmu.vcpu(v).slot]!;
      m.mmu.setPte(v, dir, va, page * 4096 + flags, 0);
    };
  });

const setPgd = fc.tuple(gpgdir, vaddr, fc.nat(5)).map(([dir, va, odd]): Step => {
  return (m) => {
    const { top } = m.format;
    m.mmu.setPgd(dir, odd === 0 ? top.entries : indexAt(top, va));
  };
});

/** Assertion 26: the stack is mapped writable in a table that was just selected. */
function stackFault(m: TestMachine, v: number): string | undefined {
  const { esp } = m.mmu.vcpu(v);
  if (esp === 0) return undefined;
  for (let page = 0; page < m.mmu.stackPages && m.killed === undefined; page++) {
    const leaf = leafOf(m, (esp - 1 - page * 4096) >>> 0, v);
    if (leaf === undefined || (leaf.flags & Flag.writable) === 0) return `vCPU ${v}: no stack`;
  }
  return undefined;
}

const newPagetable = fc.tuple(vcpu, gpgdir, fc.nat(3)).map(([v, dir, slot]): Step => {
  return (m, expected) => {
    m.random.push(slot);
    m.mmu.newPagetable(v, dir);
    m.random.length = 0;
    expected.gpgdirs.set(v, dir);
    return stackFault(m, v);
  };
});

const setStack = fc
  .tuple(vcpu, fc.constantFrom(0xc0002000, 0xc0002000, 0xfff56000, 0x08002000), fc.nat(20))
  .map(([v, esp, odd]): Step => {
    return (m) => {
      const top = esp;
      for (const dir of GUEST_DIRECTORIES) {
        m.map(dir, top - 4096, 0x18 + v, 0x63);
        m.map(dir, top - 8192, 0x1c + v, 0x63);
      }
      m.mmu.setStack(v, top, odd === 0 ? 0x68 : 0x69, odd === 1 ? 3 : 2);
    };
  });

/** Assertion 4, and that a vCPU sees its own regs page. */
const mapSwitcher = fc.tuple(vcpu, fc.nat(3)).map(([v, cpu]): Step => {
  return (m) => {
    m.mmu.mapSwitcher(v, cpu);
    if (m.killed !== undefined) return;
    const leaf = leafOf(m, registersAddress(m.layout, cpu), v);
    return leaf?.pfn === m.registers[v] ? undefined : `vCPU ${v}: not its regs page`;
  };
});

const clearAll = vcpu.map((v): Step => {
  return (m) => {
    m.mmu.clearAll(v);
    return stackFault(m, v);
  };
});

const launcher = fc.tuple(gpfn, fc.nat(2)).map(([page, what]): Step => {
  return (m) => {
    if (what === 0) m.memory.makeHole(page);
    else if (what === 1) m.memory.makeReadOnly(page);
    else m.memory.makeAnonymous(page);
  };
});

const limit = fc.oneof(fc.nat(40), fc.constant(Infinity)).map((most): Step => {
  return (m) => void (m.tableLimit = most);
});

/** Anything that can happen to a shadow MMU. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: touch },
  { weight: 8, arbitrary: map },
  { weight: 8, arbitrary: fault },
  { weight: 6, arbitrary: setPte },
  { weight: 4, arbitrary: newPagetable },
  { weight: 3, arbitrary: mapSwitcher },
  { weight: 2, arbitrary: setPgd },
  { weight: 2, arbitrary: setStack },
  clearAll,
  vcpu.map(
    (v): Step =>
      (m) =>
        m.mmu.flushUser(v),
  ),
  fc.constant<Step>((m) => m.mmu.setPmd(0, 0)),
  fc.tuple(vcpu, vaddr).map(
    ([v, va]): Step =>
      (m) =>
        m.mmu.pinPage(v, va),
  ),
  fc.tuple(vcpu, vaddr).map(
    ([v, va]): Step =>
      (m) =>
        void m.mmu.guestPa(v, va),
  ),
);

/** Steps that mostly end in the guest's death, or in the host's want. */
export const roughStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: step },
  corrupt,
  launcher,
  limit,
);

/** Assertion 24: a vCPU is on the table that it named last. */
export function tableFaults(machine: TestMachine, expected: Expected): string[] {
  if (machine.killed !== undefined) return [];
  return [...expected.gpgdirs].flatMap(([v, dir]) => {
    const slot = machine.mmu.slots[machine.mmu.vcpu(v).slot]!;
    return slot.gpgdir === dir ? [] : [`vCPU ${v}: not on ${hex(dir)}`];
  });
}
