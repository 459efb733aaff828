// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData } from '@lguest-sim/abi';
import type { Message } from '@lguest-sim/bus';
import { Flag, PageFaultError, hex, indexAt } from '@lguest-sim/x86';
import { walkShadow } from '../core/shadow-walk.js';
import type { Assertion } from '../core/violation.js';
import type { ChangeSubject, MessageSubject } from './subjects.js';

/** Requests that are about one address of the guest's. */
const ABOUT_ADDRESSES: readonly string[] = ['demand-page', 'pin-stack', 'set-pte'];

/** 12: neither a fault nor a pin nor SET_PTE changes anything from the Switcher on. */
export const switcherLeftAlone: Assertion<ChangeSubject> = {
  name: 'switcher-left-alone',
  contract: 12,
  check: ({ host, message, entry, depth }) => {
    if (!ABOUT_ADDRESSES.includes(message.topic)) return undefined;
    const isDirectory = depth < host.format.levels.length - 1;
    if (isDirectory || entry.address < host.layout.address) return undefined;
    return { entry, found: `a change by ${message.topic}`, expected: 'none' };
  },
};

/** 13: a flush of the user's part ends at the top entry that the kernel's begins with. */
export const userFlushEndsAtKernel: Assertion<ChangeSubject> = {
  name: 'user-flush-ends-at-kernel',
  contract: 13,
  check: ({ host, guest, message, entry }) => {
    if (message.topic !== 'flush-tlb' || message.kernel) return undefined;
    const { top } = host.format;
    if (indexAt(top, entry.address) < indexAt(top, guest.kernelAddress)) return undefined;
    const expected = `changes below the kernel, at ${hex(guest.kernelAddress)}`;
    return { entry, found: `a change at ${hex(entry.address)}`, expected };
  },
};

/** What a change of an entry has to satisfy, by the message that brought it about. */
export const changeAssertions: readonly Assertion<ChangeSubject>[] = [
  switcherLeftAlone,
  userFlushEndsAtKernel,
];

/** 14: SET_PGD of an entry that the top level does not have is the guest's end. */
export const topIndexIsChecked: Assertion<MessageSubject> = {
  name: 'top-index-is-checked',
  contract: 14,
  check: ({ host, guest, message }) => {
    if (message.topic !== 'set-pgd' || message.index < host.format.top.entries) return undefined;
    if (guest.death !== null) return undefined;
    const found = `index ${message.index}, and the guest lives`;
    return { found, expected: `an index below ${host.format.top.entries}, or its death` };
  },
};

/** 25: what waited in the ring comes before the hypercall that triggers it. */
export const ringComesFirst: Assertion<MessageSubject> = {
  name: 'ring-comes-first',
  contract: 25,
  check: ({ message, remembered }) => {
    if (message.topic !== 'hypercall' || !remembered.hasCalled) return undefined;
    const found = `hypercall ${message.number}${message.fromRing ? ' of the ring' : ''} after the call itself`;
    return { found, expected: 'the ring, then one call, for each exit' };
  },
};

/** 23: when a fault is the guest's own, it finds the address where it looks for it. */
export const faultAddressIsTold: Assertion<MessageSubject> = {
  name: 'fault-address-is-told',
  contract: 23,
  check: ({ guest, message }) => {
    if (message.topic !== 'guest-trap' || message.direct || message.vector !== 14) return undefined;
    if (guest.dataAddress < 0) return undefined;
    const told = guest.memory.readWord(guest.dataAddress + GuestData.cr2);
    if (told === message.address >>> 0) return undefined;
    const found = `cr2 ${hex(told)} in the guest's data page`;
    return { found, expected: hex(message.address) };
  },
};

/** What a message has to satisfy by the time that it is handled, or just before. */
export const messageAssertions: readonly Assertion<MessageSubject>[] = [
  topIndexIsChecked,
  ringComesFirst,
  faultAddressIsTold,
];

/** A fault that is said to be fixed. */
export interface FixedFaultSubject extends MessageSubject {
  readonly fault: Message<'demand-page'>;
}

/** 22: an access whose fault was fixed goes through. */
export const fixedFaultIsFixed: Assertion<FixedFaultSubject> = {
  name: 'fixed-fault-is-fixed',
  contract: 22,
  check: ({ host, guest, fault }) => {
    const { topPfn } = guest.slots[guest.slot]!;
    const { rights, leaf } = walkShadow(host, guest.slot, topPfn, fault.address);
    const isThere = leaf !== undefined && (leaf.low & Flag.present) !== 0;
    const wanted = fault.errorCode & (PageFaultError.write | PageFaultError.user);
    if (isThere && (wanted & ~rights) === 0) return undefined;
    const found = `no such right after a fault at ${hex(fault.address)} that was fixed`;
    return {
      entry: leaf,
      found,
      expected: `an access with error code ${hex(wanted)} to go through`,
    };
  },
};
