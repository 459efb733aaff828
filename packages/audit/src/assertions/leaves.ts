// SPDX-License-Identifier: GPL-2.0-or-later
import { registersAddress, stateAddress } from '@lguest-sim/abi';
import { FrameOwner, Flag, hex } from '@lguest-sim/x86';
import { pfnOf } from '../core/shadow-walk.js';
import type { Assertion, Problem } from '../core/violation.js';
import type { LeafSubject } from './subjects.js';

const GUEST_KINDS: readonly string[] = ['guest', 'zero', 'abandoned'];

/** 1: a leaf maps a page of this Launcher, or one of the Switcher's pages that are this vCPU's to see. */
export const leafMapsAllowedPage: Assertion<LeafSubject> = {
  name: 'leaf-maps-allowed-page',
  contract: 1,
  check: ({ host, entry, kind, kinds }) => {
    if (kind !== 'foreign') return undefined;
    return {
      entry,
      found: kinds.describe(pfnOf(entry)),
      expected: `a page of the guest's below ${hex(host.layout.address)}, or the Switcher's`,
    };
  },
};

/** 2: guest pages below the Switcher, each of its pages where it belongs and nowhere else. */
export const leafInItsPlace: Assertion<LeafSubject> = {
  name: 'leaf-in-its-place',
  contract: 2,
  check: (subject) => {
    const { kind, entry } = subject;
    if (kind === 'foreign') return undefined;
    const expected = placeOf(subject);
    return expected === undefined
      ? undefined
      : { entry, found: `a ${kind} page at ${hex(entry.address)}`, expected };
  },
};

/** Where a leaf's page belongs, if that is not where it is. */
function placeOf({ host, kind, kinds, entry }: LeafSubject): string | undefined {
  const { layout } = host;
  const { address } = entry;
  if (GUEST_KINDS.includes(kind)) {
    return address < layout.address ? undefined : `one below ${hex(layout.address)}`;
  }
  if (kind === 'text') {
    return address === layout.address ? undefined : `one at ${hex(layout.address)}`;
  }
  if (kind === 'state') {
    const at = stateAddress(layout, kinds.cpuOf(pfnOf(entry)));
    return address === at ? undefined : `one at ${hex(at)}`;
  }
  const isSlot = host.cpus.some((_, cpu) => registersAddress(layout, cpu) === address);
  return isSlot ? undefined : 'one in the regs slot of a host CPU';
}

/** 3: no process sees the Switcher; text and state are read-only, the regs page is writable, no G. */
export const switcherLeafRights: Assertion<LeafSubject> = {
  name: 'switcher-leaf-rights',
  contract: 3,
  check: ({ entry, kind }) => {
    if (kind !== 'text' && kind !== 'state' && kind !== 'registers') return undefined;
    const { low } = entry;
    const wanted = kind === 'registers' ? Flag.writable : 0;
    const global = kind === 'text' ? 0 : low & Flag.global;
    const isRight = (low & (Flag.user | Flag.writable)) === wanted && global === 0;
    if (isRight) return undefined;
    const rights = kind === 'registers' ? 'writable' : 'read-only';
    return { entry, found: `flags ${hex(low & 0xfff)}`, expected: `supervisor, ${rights}` };
  },
};

/** 6: no leaf maps a shadow table, a page of the host's own, or another guest's. */
export const noForeignPage: Assertion<LeafSubject> = {
  name: 'no-foreign-page',
  contract: 6,
  check: ({ host, entry, kind, kinds }) => {
    const owner = host.memory.owners[pfnOf(entry)];
    if (kind !== 'foreign' || owner === undefined || owner === FrameOwner.none) return undefined;
    const found = kinds.describe(pfnOf(entry));
    return { entry, found, expected: 'none but the guest’s own and the Switcher’s' };
  },
};

/** 8: what a guest may write is a page of its own that the Launcher may write: never the zero page. */
export const writableLeafIsPrivate: Assertion<LeafSubject> = {
  name: 'writable-leaf-is-private',
  contract: 8,
  check: (subject) => {
    const { entry, kind, guest, number, kinds } = subject;
    if ((entry.low & Flag.writable) === 0) return undefined;
    const expected = 'a page that was got for writing';
    if (kind === 'zero') return { entry, found: 'the zero page', expected };
    if (kind !== 'guest') return undefined;
    const gpfn = kinds.guestPage(number, pfnOf(entry));
    if (guest.memory.isWritable(gpfn)) return undefined;
    return { entry, found: `guest page ${hex(gpfn)}, which is read-only`, expected };
  },
};

/** 10: no large page and no global page in what a guest has mapped. */
export const noLargeOrGlobalPage: Assertion<LeafSubject> = {
  name: 'no-large-or-global-page',
  contract: 10,
  check: ({ entry, kind }): Problem | undefined => {
    const flags = entry.low & (Flag.pageSize | Flag.global);
    if (flags === 0 || kind === 'text') return undefined;
    return { entry, found: `flags ${hex(entry.low & 0xfff)}`, expected: 'neither bit 7 nor bit 8' };
  },
};

/** What every present leaf has to satisfy. */
export const leafAssertions: readonly Assertion<LeafSubject>[] = [
  leafMapsAllowedPage,
  leafInItsPlace,
  switcherLeafRights,
  noForeignPage,
  writableLeafIsPrivate,
  noLargeOrGlobalPage,
];
