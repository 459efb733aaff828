// SPDX-License-Identifier: GPL-2.0-or-later
import { Selector } from '@lguest-sim/abi';
import type { Message } from '@lguest-sim/bus';
import { PAGE_SIZE, hex, indexAt } from '@lguest-sim/x86';
import { leafValues } from './guest-stores.js';
import type { Operation } from './operation.js';
import type { SmallMachine } from './small-machine.js';

/** One vCPU; hypercalls are handled on whatever host CPU, which the shadow MMU does not ask for. */
const VCPU = 0;
/** The guest kernel's data segment with the privilege level of a process. */
const USER_DATA = Selector.kernelData | 3;
const from = { cpu: 0, guest: 0 } as const;

/** Every hypercall that is about tables, with every argument that makes a difference. */
export function hypercalls(machine: SmallMachine): readonly Operation[] {
  return [
    ...newPagetables(machine),
    ...setPgds(machine),
    ...setPtes(machine),
    ...(machine.format.middle === undefined ? [] : [setPmd()]),
    flush(false),
    flush(true),
    ...setStacks(machine),
  ];
}

function operation(
  message: Message,
  text: string,
  work: (machine: SmallMachine) => void,
): Operation {
  return {
    text: `hypercall ${text}`,
    kind: message.topic,
    perform: (machine) => {
      machine.request(message, () => work(machine));
      return true;
    },
  };
}

/** NEW_PGTABLE for each table, and for each slot that chance may choose where it has none. */
function newPagetables({ places, mmu }: SmallMachine): Operation[] {
  return places.tops.flatMap((gpgdir) => mmu.slots.map((_, slot) => newPagetable(gpgdir, slot)));
}

function newPagetable(gpgdir: number, slot: number): Operation {
  const message: Message = { topic: 'new-pagetable', ...from, gpgdir };
  const text = `NEW_PGTABLE gpgdir ${hex(gpgdir)}, which takes slot ${slot} if it has none`;
  return operation(message, text, ({ eviction, mmu }) => {
    eviction.slot = slot;
    mmu.newPagetable(VCPU, gpgdir);
  });
}

/** SET_PGD of each entry that leads to an address, of the one past the last, and of one far off. */
function setPgds({ places, format }: SmallMachine): Operation[] {
  const { top } = format;
  const used = [...places.addresses.map(([, address]) => indexAt(top, address))];
  const indexes = new Set([...used, indexAt(top, places.switcher), top.entries, 2 ** 32 - 1]);
  return places.tops.flatMap((gpgdir) =>
    [...indexes].map((index) => {
      const message: Message = { topic: 'set-pgd', ...from, gpgdir, index };
      const which = index === indexAt(top, places.switcher) ? ' (the Switcher’s)' : '';
      const text = `SET_PGD gpgdir ${hex(gpgdir)}, index ${index}${which}`;
      return operation(message, text, ({ mmu }) => mmu.setPgd(gpgdir, index));
    }),
  );
}

/** SET_PTE; above the kernel's address it is for all tables, so one of them is enough. */
function setPtes({ places, memory }: SmallMachine): Operation[] {
  const values = leafValues(places, memory.pageLimit);
  const [first = 0] = places.tops;
  const made = places.tops.flatMap((gpgdir) =>
    values.map((low) => setPte(gpgdir, places.user, low)),
  );
  for (const address of [places.kernel, places.besideSwitcher]) {
    for (const low of values) made.push(setPte(first, address, low));
  }
  return [...made, setPte(first, places.switcher, values[2]!)];
}

function setPte(gpgdir: number, address: number, low: number): Operation {
  const message: Message = { topic: 'set-pte', ...from, gpgdir, address, low, high: 0 };
  const text = `SET_PTE gpgdir ${hex(gpgdir)}, address ${hex(address)}, entry ${hex(low)}`;
  return operation(message, text, ({ mmu }) => mmu.setPte(VCPU, gpgdir, address, low, 0));
}

function setPmd(): Operation {
  const message: Message = { topic: 'set-pmd', ...from, gpmd: 0, index: 0 };
  return operation(message, 'SET_PMD', ({ mmu }) => mmu.setPmd(0, 0));
}

function flush(kernel: boolean): Operation {
  const message: Message = { topic: 'flush-tlb', ...from, kernel };
  return operation(message, `FLUSH_TLB ${kernel ? '1 (everything)' : '0 (user)'}`, ({ mmu }) =>
    kernel ? mmu.clearAll(VCPU) : mmu.flushUser(VCPU),
  );
}

/** A stack in the kernel's page, one beside the Switcher, one of two pages; and two that kill. */
function setStacks({ places }: SmallMachine): Operation[] {
  const good = Selector.kernelData;
  return [
    setStack(good, places.kernel + PAGE_SIZE, 1),
    setStack(good, places.besideSwitcher + PAGE_SIZE, 1),
    setStack(good, places.kernel + PAGE_SIZE, 3),
    setStack(USER_DATA, places.kernel + PAGE_SIZE, 1),
  ];
}

function setStack(ss: number, esp: number, pages: number): Operation {
  const message: Message = { topic: 'set-stack', ...from, ss, esp, pages };
  const text = `SET_STACK ss ${hex(ss)}, esp ${hex(esp)}, pages ${pages}`;
  return operation(message, text, ({ mmu }) => mmu.setStack(VCPU, esp, ss, pages));
}
