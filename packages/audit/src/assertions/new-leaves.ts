// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, hex, type Pfn } from '@lguest-sim/x86';
import { walkGuest, type GuestLeaf } from '../core/guest-walk.js';
import { pfnOf } from '../core/shadow-walk.js';
import type { Assertion } from '../core/violation.js';
import type { NewLeafSubject } from './subjects.js';

const RIGHTS = Flag.writable | Flag.user;
/** Flags that a leaf of linear mode may have. */
const LINEAR_FLAGS = Flag.present | Flag.writable | Flag.accessed | Flag.dirty;

/** 9: a leaf has no right that the guest's has not, and maps the page that the guest's names. */
export const rightsWithinGuest: Assertion<NewLeafSubject> = {
  name: 'rights-within-guest',
  contract: 9,
  check: (subject) => {
    const { entry, guest } = subject;
    if (isSwitchers(subject)) return undefined;
    const { low } = entry;
    if (guest.linear) {
      // There are no tables yet, but SET_PTE says what the guest wants all the same.
      const isSaid = subject.handedOver.some((leaf) => (low & RIGHTS & ~leaf.low) === 0);
      if (isSaid || (low & 0xfff & ~LINEAR_FLAGS) === 0) return undefined;
      return {
        entry,
        found: `flags ${hex(low & 0xfff)}`,
        expected: `at most ${hex(LINEAR_FLAGS)}`,
      };
    }
    const leaves = guestLeaves(subject);
    if (leaves.some((leaf) => (low & RIGHTS & ~leaf.low) === 0 && isBehind(subject, leaf))) {
      return undefined;
    }
    const found = `page ${hex(pfnOf(entry))} with flags ${hex(low & 0xfff)}`;
    return { entry, found, expected: `what the guest has there: ${leaves.map(word).join(' or ')}` };
  },
};

/** 21: the guest has seen A set for whatever is mapped, and D for whatever it can write. */
export const accessedAndDirtySeen: Assertion<NewLeafSubject> = {
  name: 'accessed-and-dirty-seen',
  contract: 21,
  check: (subject) => {
    const { entry, guest } = subject;
    if (isSwitchers(subject) || guest.linear) return undefined;
    const wanted = Flag.accessed | ((entry.low & Flag.writable) === 0 ? 0 : Flag.dirty);
    const leaves = guestLeaves(subject);
    if (leaves.some((leaf) => (wanted & ~leaf.low) === 0)) return undefined;
    return {
      entry,
      found: `${leaves.map(word).join(' or ') || 'nothing'} in the guest's table`,
      expected: `flags ${hex(wanted)} set there`,
    };
  },
};

/** What a leaf has to satisfy when it is set, against what the guest's is at that time. */
export const newLeafAssertions: readonly Assertion<NewLeafSubject>[] = [
  rightsWithinGuest,
  accessedAndDirtySeen,
];

function isSwitchers({ host, entry }: NewLeafSubject): boolean {
  return entry.address >= host.layout.address;
}

/** The guest's leaf as its table has it, and as SET_PTE said it is. */
function guestLeaves({ host, guest, entry, handedOver }: NewLeafSubject): readonly GuestLeaf[] {
  const { gpgdir } = guest.slots[entry.slot]!;
  const inTable = walkGuest(guest, host.format, gpgdir, entry.address);
  return inTable === undefined ? handedOver : [inTable, ...handedOver];
}

/** Whether a shadow leaf's page is the one behind what a guest's leaf names. */
function isBehind({ guest, kind, entry }: NewLeafSubject, leaf: GuestLeaf): boolean {
  const frame: Pfn = guest.memory.frameOf(leaf.low >>> 12);
  return frame > 0 ? frame === pfnOf(entry) : kind === 'zero';
}

function word({ low, high }: GuestLeaf): string {
  return high === 0 ? hex(low) : `${hex(high)}:${hex(low)}`;
}
