// SPDX-License-Identifier: GPL-2.0-or-later
import type { MessagePayloads, Topic } from '../messages.js';

/** What a field of a payload holds; `choices` is one of some words. */
export type FieldType =
  'integer' | 'integers' | 'boolean' | 'text' | { readonly choices: readonly string[] };

/** One field of a payload: what it holds, and what it means. */
export type FieldDescription = readonly [type: FieldType, meaning: string];

/** What is said with one topic. */
export interface TopicDescription<Fields extends string = string> {
  /** Who tells whom what. */
  readonly summary: string;
  /** In the order in which a record has them. */
  readonly fields: Readonly<Record<Fields, FieldDescription>>;
}

const address: FieldDescription = ['integer', 'address of a page fault, a gva (CR2)'];
const errorCode: FieldDescription = ['integer', "the CPU's error code"];
const gpgdir: FieldDescription = ['integer', "guest's top-level table, a gpa"];
const cr3: FieldDescription = ['integer', 'shadow table, a hpa'];
const process: FieldDescription = ['integer', "process's number in its guest"];
const powerOff: FieldDescription = ['boolean', 'whether the guest switched itself off'];
const reason: FieldDescription = ['text', 'why, as the original says it'];

/** Every topic with its payload, for whoever reads or writes messages outside the machine. */
export const topics: {
  readonly [T in Topic]: TopicDescription<keyof MessagePayloads[T] & string>;
} = {
  trap: {
    summary: 'CPU to Switcher: the hardware went through a ring 0 gate.',
    fields: { vector: ['integer', 'number of the trap'], errorCode, address },
  },
  'guest-exit': {
    summary: "Switcher to hypervisor: registers saved, the host's CR3 loaded.",
    fields: { trapNumber: ['integer', 'number of the trap'], errorCode, address },
  },
  'enter-guest': { summary: 'Hypervisor to Switcher: load this CR3 and go.', fields: { cr3 } },
  'guest-entered': { summary: 'Switcher to CPU: guest code may run.', fields: {} },
  'cpu-idle': { summary: 'Host scheduler to CPU: nothing to run; `guest` is -1.', fields: {} },
  'cpu-wake': { summary: 'Host scheduler to CPU: something to run again.', fields: {} },
  'cpu-offline': {
    summary: 'Host scheduler to CPU: it goes offline, its vCPUs are moved; `guest` is -1.',
    fields: {},
  },
  'cpu-online': {
    summary: 'Host scheduler to CPU: it is back, with nothing to run yet; `guest` is -1.',
    fields: {},
  },
  'init-pagetable': { summary: 'Hypervisor to shadow MMU: a guest begins.', fields: {} },
  'guest-data-init': {
    summary: 'Hypervisor to shadow MMU: the guest has told where its `lguest_data` is.',
    fields: { guestData: ['integer', 'where, a gpa'] },
  },
  'demand-page': {
    summary: 'Hypervisor to shadow MMU: a page fault to put right.',
    fields: { address, errorCode },
  },
  'pin-stack': { summary: "Hypervisor to shadow MMU: pin the kernel stack's pages.", fields: {} },
  'new-pagetable': {
    summary: 'Hypervisor to shadow MMU: the guest switches tables.',
    fields: { gpgdir },
  },
  'flush-tlb': {
    summary: 'Hypervisor to shadow MMU: throw shadow entries away.',
    fields: { kernel: ['boolean', "whether the kernel's too"] },
  },
  'set-stack': {
    summary: 'Hypervisor to shadow MMU: the guest has another kernel stack.',
    fields: {
      ss: ['integer', 'its selector'],
      esp: ['integer', 'its end, a gva'],
      pages: ['integer', 'how many pages it has'],
    },
  },
  'set-pte': {
    summary: 'Hypervisor to shadow MMU: the guest changed a leaf.',
    fields: {
      gpgdir,
      address: ['integer', 'which page, a gva'],
      low: ['integer', 'low word of the new entry'],
      high: ['integer', 'high word of the new entry, 0 on two-level paging'],
    },
  },
  'set-pgd': {
    summary: 'Hypervisor to shadow MMU: the guest changed a top-level entry.',
    fields: { gpgdir, index: ['integer', 'which entry'] },
  },
  'set-pmd': {
    summary: 'Hypervisor to shadow MMU: the guest changed an entry of the middle level (PAE).',
    fields: {
      gpmd: ['integer', "guest's middle-level table, a gpa"],
      index: ['integer', 'which entry'],
    },
  },
  'map-switcher': {
    summary: "Hypervisor to shadow MMU: map this CPU's Switcher pages.",
    fields: {},
  },
  'free-pagetable': { summary: 'Hypervisor to shadow MMU: the guest ends.', fields: {} },
  'shadow-done': {
    summary: 'Shadow MMU to hypervisor: done.',
    fields: { fixed: ['boolean', 'of `demand-page`: whether the guest may try again; else true'] },
  },
  'switcher-mapped': {
    summary: "Shadow MMU to hypervisor: the Switcher's entries are right.",
    fields: { remap: [{ choices: ['skipped', 'targeted', 'full'] }, 'how much it took'], cr3 },
  },
  initialize: {
    summary: 'Launcher to hypervisor: LHREQ_INITIALIZE.',
    fields: {
      pages: ['integer', 'guest memory in pages'],
      start: ['integer', 'entry point, a gpa'],
    },
  },
  'start-launcher': { summary: 'Host to Launcher: start this guest.', fields: {} },
  'vcpu-runnable': { summary: 'Hypervisor to host scheduler: the vCPU can run.', fields: {} },
  'run-vcpu': { summary: 'Host scheduler to hypervisor: run the vCPU on `cpu`.', fields: {} },
  reschedule: { summary: 'Hypervisor to host scheduler: who shall run now?', fields: {} },
  'vcpu-halted': {
    summary: 'Hypervisor to host scheduler: the vCPU sleeps until an interrupt.',
    fields: {},
  },
  interrupt: {
    summary: 'Device or timer to hypervisor: raise an interrupt line of the guest.',
    fields: { irq: ['integer', 'which line'] },
  },
  'guest-trap': {
    summary: 'Hypervisor to guest kernel: the guest runs its handler next.',
    fields: {
      vector: ['integer', 'number of the trap'],
      errorCode,
      address,
      direct: ['boolean', 'whether it went there without the host'],
    },
  },
  'guest-return': { summary: 'CPU to guest kernel: `iret` to a process.', fields: {} },
  'guest-halt': {
    summary: "Hypervisor to guest kernel: the guest's HALT took effect.",
    fields: {},
  },
  'guest-dead': {
    summary: 'Hypervisor to Launcher: the guest is dead.',
    fields: { reason, powerOff },
  },
  'guest-closed': {
    summary: 'Launcher to host scheduler: the guest is gone and its memory returned.',
    fields: { reason, powerOff },
  },
  hypercall: {
    summary: 'To whoever watches: a hypercall is carried out.',
    fields: {
      number: ['integer', 'its number, `LHCALL_*`'],
      fromRing: ['boolean', 'whether it waited in the ring'],
      args: ['integers', 'its four arguments'],
    },
  },
  'slot-changed': {
    summary: 'To whoever watches: a table switch has found its slot.',
    fields: {
      slot: ['integer', 'which slot'],
      gpgdir,
      change: [{ choices: ['hit', 'fresh', 'evicted'] }, 'what was in it'],
    },
  },
  'guest-killed': { summary: 'To whoever watches: the host kills the guest.', fields: { reason } },
  migrated: {
    summary: 'To whoever watches: a vCPU runs on another host CPU than before.',
    fields: { from: ['integer', 'host CPU before'] },
  },
  'process-started': {
    summary: 'To whoever watches: a guest process forked.',
    fields: {
      process,
      parent: ['integer', "its parent's number"],
      pid: ['integer', 'its process id in the trace'],
    },
  },
  'process-ended': {
    summary: 'To whoever watches: a guest process ended.',
    fields: { process, exit: [{ choices: ['exit', 'end-of-trace', 'killed'] }, 'how'] },
  },
};
