// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PAGE_SIZE, hex } from '@lguest-sim/x86';
import { walkShadow } from '../core/shadow-walk.js';
import type { Assertion } from '../core/violation.js';
import { tablesAreBounded } from './references.js';
import type { CpuSubject, EntrySubject, GuestSubject, RememberedSubject } from './subjects.js';

/** 13: a guest's kernel begins below the Switcher, and stays where it said that it is. */
export const kernelAddressIsFixed: Assertion<RememberedSubject> = {
  name: 'kernel-address-is-fixed',
  contract: 13,
  check: ({ host, guest, remembered }) => {
    const { kernelAddress } = guest;
    if (kernelAddress >= host.layout.address) {
      const expected = `one below ${hex(host.layout.address)}`;
      return { found: `kernel address ${hex(kernelAddress)}`, expected };
    }
    const known = remembered.kernelAddress;
    if (known === 0 || known === kernelAddress) return undefined;
    return { found: `kernel address ${hex(kernelAddress)}`, expected: `${hex(known)} as before` };
  },
};

/** 19: what a guest died of does not change, unless it asked to be restarted. */
export const deathIsFinal: Assertion<RememberedSubject> = {
  name: 'death-is-final',
  contract: 19,
  check: ({ guest, remembered }) => {
    const { death } = remembered;
    if (death === null || death === guest.death || guest.restarts) return undefined;
    return { found: `death by "${guest.death ?? 'nothing'}"`, expected: `"${death}" as before` };
  },
};

/** 24: at most one slot for a guest table, and the vCPU is on that of the table it chose last. */
export const oneSlotForATable: Assertion<RememberedSubject> = {
  name: 'one-slot-for-a-table',
  contract: 24,
  check: ({ guest, remembered }) => {
    const seen = new Map<number, number>();
    for (const [slot, { allocated, gpgdir }] of guest.slots.entries()) {
      const other = allocated ? seen.get(gpgdir) : undefined;
      if (other !== undefined) {
        const found = `slots ${other} and ${slot}, both for table ${hex(gpgdir)}`;
        return { found, expected: 'one slot for each' };
      }
      if (allocated) seen.set(gpgdir, slot);
    }
    const { gpgdir } = guest.slots[guest.slot]!;
    const { table } = remembered;
    if (table === undefined || table === gpgdir) return undefined;
    return { found: `the vCPU on table ${hex(gpgdir)}`, expected: `${hex(table)}, which it chose` };
  },
};

/** What has to hold of a guest that lives, whenever nothing of it is under way. */
export const guestAssertions: readonly Assertion<RememberedSubject>[] = [
  tablesAreBounded,
  kernelAddressIsFixed,
  oneSlotForATable,
];

/** 19: a dead guest is never entered. */
export const deadNotEntered: Assertion<EntrySubject> = {
  name: 'dead-not-entered',
  contract: 19,
  check: ({ guest: { death } }) => {
    if (death === null) return undefined;
    return { found: `an entry of a guest that died of "${death}"`, expected: 'none' };
  },
};

/** 26: when a trap can go straight to the guest, it can push on the guest kernel's stack. */
export const stackIsWritable: Assertion<GuestSubject> = {
  name: 'stack-is-writable',
  contract: 26,
  check: ({ host, guest }) => {
    const { topPfn } = guest.slots[guest.slot]!;
    for (let page = 0; page < guest.stackPages; page++) {
      const address = (guest.esp - 1 - page * PAGE_SIZE) >>> 0;
      const { rights, leaf } = walkShadow(host, guest.slot, topPfn, address);
      if ((rights & Flag.writable) !== 0) continue;
      const found = `stack page ${page + 1} at ${hex(address)} without right to write`;
      return { entry: leaf, found, expected: 'a writable one' };
    }
    return undefined;
  },
};

/**
 * 26: as `stack-is-writable`, at an entry after a call that has the stack pinned, before anything by
 * which the guest may have taken its stack away from itself.
 */
export const stackIsPinned: Assertion<GuestSubject> = {
  name: 'stack-is-pinned',
  contract: 26,
  check: (subject) => stackIsWritable.check(subject),
};

/** 15: from the Switcher's first edit to the entry there is no allocation, and no other CPU. */
export const entryIsUndisturbed: Assertion<EntrySubject> = {
  name: 'entry-is-undisturbed',
  contract: 15,
  check: ({ host, cpu, mapped }) => {
    const expected = 'the host CPU and the pages in use of map-switcher';
    if (mapped === undefined) return { found: 'an entry without map-switcher', expected };
    if (mapped.cpu !== cpu) return { found: `host CPU ${cpu} after ${mapped.cpu}`, expected };
    const { used } = host.memory;
    if (mapped.used === used) return undefined;
    return { found: `${used} pages in use after ${mapped.used}`, expected };
  },
};

/** 16: guest code runs on its vCPU's table, and the TLB holds nothing that the tables do not say. */
export const tlbFollowsTables: Assertion<CpuSubject> = {
  name: 'tlb-follows-tables',
  contract: 16,
  check: ({ host, guest, cpu, cpuNumber }) => {
    const { topPfn } = guest.slots[guest.slot]!;
    const cr3 = topPfn * PAGE_SIZE;
    if (cpu.cr3 !== cr3) {
      return { found: `CR3 ${hex(cpu.cr3)} on host CPU ${cpuNumber}`, expected: hex(cr3) };
    }
    for (const { address, frame, writable, user } of cpu.translations()) {
      const { leaf, rights } = walkShadow(host, guest.slot, topPfn, address);
      const used = (writable ? Flag.writable : 0) | (user ? Flag.user : 0);
      const isThere = leaf !== undefined && (leaf.low & Flag.present) !== 0;
      if (isThere && leaf.low >>> 12 === frame >>> 12 && (used & ~rights) === 0) continue;
      const found = `a TLB entry of host CPU ${cpuNumber} for ${hex(address)}, page ${hex(frame >>> 12)}`;
      return { entry: leaf, found, expected: 'none that the tables do not have' };
    }
    return undefined;
  },
};
