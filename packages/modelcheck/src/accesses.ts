// SPDX-License-Identifier: GPL-2.0-or-later
import type { Message } from '@lguest-sim/bus';
import { Need } from '@lguest-sim/cpu';
import { hex } from '@lguest-sim/x86';
import type { Operation } from './operation.js';
import type { SmallMachine } from './small-machine.js';

const VCPU = 0;
const from = { cpu: 0, guest: 0 } as const;

/** Kinds of accesses, with what each needs of a translation. */
const kinds = [
  ['user load', Need.userLoad],
  ['user store', Need.userStore],
  ['kernel load', Need.load],
  ['kernel store', Need.store],
] as const;

/** The guest uses an address: the CPU walks the shadow tables, and the host looks at the fault. */
export function accesses({ places }: SmallMachine): readonly Operation[] {
  const everywhere = [...places.addresses.map(([, address]) => address), places.linear];
  const all = everywhere.flatMap((address) =>
    kinds.map(([kind, need]) => access(kind, need, address)),
  );
  return [...all, access('kernel store', Need.store, places.switcher)];
}

function access(kind: string, need: number, address: number): Operation {
  return {
    text: `guest: ${kind} at ${hex(address)}`,
    kind: 'demand-page',
    perform: (machine) => {
      const { walker, mmu } = machine;
      walker.load(mmu.shadowCr3(VCPU));
      if (!walker.walk(address, need)) fault(machine, address, walker.errorCode);
      return true;
    },
  };
}

/** The host is asked to fix a fault, and answers. */
function fault(machine: SmallMachine, address: number, errorCode: number): void {
  const { listener, mmu } = machine;
  const message: Message = { topic: 'demand-page', ...from, address, errorCode };
  let fixed = false;
  machine.request(message, () => {
    fixed = mmu.demandPage(VCPU, address, errorCode);
  });
  listener?.before({ topic: 'shadow-done', ...from, fixed });
}
