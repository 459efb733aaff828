// SPDX-License-Identifier: GPL-2.0-or-later

/** Where a vCPU's run loop stands between two messages. */
export const Phase = {
  /** Before LHREQ_INITIALIZE. */
  unborn: 0,
  /** The shadow MMU makes the first page table. */
  birth: 1,
  /** The host scheduler decides when the loop goes on. */
  stopped: 2,
  /** The shadow MMU does its part of a hypercall. */
  hypercall: 3,
  /** The shadow MMU looks at a page fault. */
  demandPage: 4,
  /** The shadow MMU puts the Switcher's entries right. */
  switcher: 5,
  /** The guest runs. */
  guest: 6,
  /** The shadow MMU frees everything. */
  closing: 7,
  closed: 8,
} as const;
/** One of them. */
export type Phase = (typeof Phase)[keyof typeof Phase];

/** How far the pending hypercall is. */
export const CallStep = {
  /** Nothing of it is done. */
  start: 0,
  /** The ring is being drained. */
  ring: 1,
  /** A ring entry was carried out; its status byte has to be given back. */
  ringDone: 2,
  /** The ring is drained: the call itself is next. */
  call: 3,
  /** The call was carried out. */
  callDone: 4,
  /** LGUEST_INIT: the shadow MMU has read the kernel address; all tables go next. */
  initFlush: 5,
} as const;
/** One of them. */
export type CallStep = (typeof CallStep)[keyof typeof CallStep];

/** What has to happen next outside the core: each is one message. */
export const Outcome = {
  /** Nothing: go on in the loop. Never leaves the core. */
  none: 0,
  initPagetable: 1,
  /** `lguest_data` is at `guest.dataAddress`. */
  guestDataInit: 2,
  newPagetable: 3,
  flushUser: 4,
  flushAll: 5,
  setStack: 6,
  setPte: 7,
  setPgd: 8,
  setPmd: 9,
  /** `state.lastPagefault`, and the error code in the regs page. */
  demandPage: 10,
  mapSwitcher: 11,
  /** The vCPU was born. */
  runnable: 12,
  /** A host interrupt was handled: who runs next? */
  reschedule: 13,
  /** HALT takes effect. */
  halt: 14,
  /** An interrupt woke the vCPU, but it cannot be delivered: still halted. */
  sleepOn: 15,
  /** Dead: free the shadow tables. */
  free: 16,
  /** Everything is given back. */
  closed: 17,
} as const;
/** One of them. */
export type Outcome = (typeof Outcome)[keyof typeof Outcome];
