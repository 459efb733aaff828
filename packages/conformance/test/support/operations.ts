// SPDX-License-Identifier: GPL-2.0-or-later
import type { Operation, TraceHeader } from '../../src/index.js';

// Operations as the tests write them down: short, with vCPU 0 and 4-byte entries by default.

/** Two-level tables, 64 guest pages, one host CPU, one vCPU, the Switcher alone in its table. */
export const twoLevelMachine: TraceHeader = {
  pae: false,
  guestPages: 64,
  hostCpus: 1,
  vcpus: 1,
  kernelAddress: 0xc0000000,
  switcherAddr: 0xffc00000,
  memBase: 0x20000000,
  hostPageLimit: null,
};

/** The same with PAE. */
export const paeMachine: TraceHeader = { ...twoLevelMachine, pae: true, switcherAddr: 0xffe00000 };

export const init = (slot: number): Operation => ({ op: 'initGuestPagetable', rand: [slot] });

export const dataInit = (gpa: number): Operation => ({ op: 'guestDataInit', vcpu: 0, gpa });

/** The guest stores a word. */
export const store = (gpa: number, value: number): Operation => ({
  op: 'guestWrite',
  gpa,
  size: 4,
  value: { low: value, high: 0 },
});

export const fault = (vaddr: number, errcode: number, vcpu = 0): Operation => ({
  op: 'demandPage',
  vcpu,
  vaddr,
  errcode,
});

export const pinPage = (vaddr: number, vcpu = 0): Operation => ({ op: 'pinPage', vcpu, vaddr });

export const setStack = (esp: number, pages: number): Operation => ({
  op: 'setStack',
  vcpu: 0,
  esp,
  ss: 0x69,
  pages,
});

/** The vCPU changes to a guest table; if that needs a slot it gets the given one. */
export const newPagetable = (pgtable: number, slot: number, vcpu = 0): Operation => ({
  op: 'newPagetable',
  vcpu,
  pgtable,
  rand: [slot],
});

export const setPte = (gpgdir: number, vaddr: number, low: number): Operation => ({
  op: 'setPte',
  vcpu: 0,
  gpgdir,
  vaddr,
  pte: { low, high: 0 },
});

export const setPgd = (gpgdir: number, idx: number): Operation => ({ op: 'setPgd', gpgdir, idx });

export const setPmd: Operation = { op: 'setPmd', pmdp: 0, idx: 0 };

export const clearAll = (vcpu = 0): Operation => ({ op: 'clearAll', vcpu });

export const flushUser = (vcpu = 0): Operation => ({ op: 'flushUser', vcpu });

export const guestPa = (vaddr: number): Operation => ({ op: 'guestPa', vcpu: 0, vaddr });

export const enter = (hostCpu: number, vcpu = 0): Operation => ({
  op: 'mapSwitcher',
  vcpu,
  hostCpu,
});

export const hostPageLimit = (n: number): Operation => ({ op: 'hostPageLimit', n });

export const launcher = (
  gpfn: number,
  state: Extract<Operation, { op: 'launcher' }>['state'],
): Operation => ({ op: 'launcher', gpfn, count: 1, state });

export const free: Operation = { op: 'free' };
