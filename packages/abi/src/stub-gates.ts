// SPDX-License-Identifier: GPL-2.0-or-later
import { gateLow, switcherGateHigh } from './descriptors.js';
import { GUEST_PRIVILEGE, Selector } from './selectors.js';
import { IDT_ENTRIES } from './state-page.js';
import { stubAddress, type SwitcherLayout } from './switcher-layout.js';
import { HYPERCALL_VECTOR } from './hypercalls.js';

/** The least privilege that may use the Switcher's own gate of a vector: `int 0x1f` is the guest kernel's. */
export function stubPrivilege(vector: number): number {
  return vector === HYPERCALL_VECTOR ? GUEST_PRIVILEGE : 0;
}

/**
 * The Switcher's own gates, which a guest has until it asks for others: two signed words each, low and
 * high, in the order of the vectors. Source: facts sheet, section 3, "constant after load".
 */
export function stubGates(layout: SwitcherLayout): Int32Array {
  const gates = new Int32Array(2 * IDT_ENTRIES);
  for (let vector = 0; vector < IDT_ENTRIES; vector++) {
    const stub = stubAddress(layout, vector);
    gates[2 * vector] = gateLow(Selector.lguestCode, stub);
    gates[2 * vector + 1] = switcherGateHigh(stub, stubPrivilege(vector));
  }
  return gates;
}
