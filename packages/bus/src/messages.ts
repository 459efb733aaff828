// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Every message between packages, by topic. `cpu` is the host CPU on which it happens (its clock
 * times the message), `guest` the guest it is about. Addresses are in bytes, unsigned.
 */
export interface MessagePayloads {
  // Host CPU and Switcher: one fault's way out of the guest and back.
  /** CPU to Switcher: the hardware went through a ring 0 gate. `address` is CR2 for vector 14. */
  trap: { vector: number; errorCode: number; address: number };
  /** Switcher to hypervisor: registers saved, the host's CR3 loaded. */
  'guest-exit': { trapNumber: number; errorCode: number; address: number };
  /** Hypervisor to Switcher: load this CR3 (host-physical address) and go. */
  'enter-guest': { cr3: number };
  /** Switcher to CPU: CR3 loaded, registers restored, guest code may run. */
  'guest-entered': object;
  /** Host scheduler to CPU: nothing to run. */
  'cpu-idle': object;
  /** Host scheduler to CPU: something to run again. */
  'cpu-wake': object;
  /** Host scheduler to CPU: it goes offline; its vCPUs are moved. */
  'cpu-offline': object;
  /** Host scheduler to CPU: it is back, with nothing to run yet. */
  'cpu-online': object;

  // Hypervisor to shadow MMU; each is answered with `shadow-done` or `switcher-mapped`.
  /** A guest begins: make its first table (`init_guest_pagetable`). */
  'init-pagetable': object;
  /** LGUEST_INIT: `lguest_data` is there, a gpa (`page_table_guest_data_init`). */
  'guest-data-init': { guestData: number };
  /** A page fault to put right; `address` is a gva (`demand_page`). */
  'demand-page': { address: number; errorCode: number };
  /** Map the guest kernel’s stack writable (`pin_stack_pages`). */
  'pin-stack': object;
  /**
   * NEW_PGTABLE: the guest’s top-level table is at this gpa from now on (`guest_new_pagetable`).
   */
  'new-pagetable': { gpgdir: number };
  /**
   * FLUSH_TLB: user entries of the current table, or everything (`guest_pagetable_flush_user`,
   * `guest_pagetable_clear_all`).
   */
  'flush-tlb': { kernel: boolean };
  /** SET_STACK: selector, gva of the top, number of pages (`guest_set_stack`). */
  'set-stack': { ss: number; esp: number; pages: number };
  /**
   * SET_PTE: the guest’s leaf for a gva, in the table at a gpa, is now these two words
   * (`guest_set_pte`).
   */
  'set-pte': { gpgdir: number; address: number; low: number; high: number };
  /** SET_PGD: a top-level entry of the table at a gpa has changed (`guest_set_pgd`). */
  'set-pgd': { gpgdir: number; index: number };
  /** SET_PMD: an entry of the middle table at a gpa has changed (`guest_set_pmd`). */
  'set-pmd': { gpmd: number; index: number };
  /** The guest is about to be entered on this CPU (`map_switcher_in_guest`). */
  'map-switcher': object;
  /** The guest is dead: give all tables back (`free_guest_pagetable`). */
  'free-pagetable': object;
  /** Shadow MMU to hypervisor: done; `fixed` is demand_page's answer, true for the others. */
  'shadow-done': { fixed: boolean };
  /** Shadow MMU to hypervisor: the Switcher's entries are right; `cr3` is the current table. */
  'switcher-mapped': { remap: SwitcherRemap; cr3: number };

  // Hypervisor, guest kernel, Launcher, host scheduler.
  /** Launcher to hypervisor: LHREQ_INITIALIZE. `start` is the entry point, a gpa. */
  initialize: { pages: number; start: number };
  /** Host scheduler to Launcher: start this guest. */
  'start-launcher': object;
  /** Hypervisor to host scheduler: the vCPU can run now (first time, or an interrupt came). */
  'vcpu-runnable': object;
  /** Host scheduler to hypervisor: run the vCPU on `cpu`. */
  'run-vcpu': object;
  /** Hypervisor to host scheduler: a host interrupt was handled, who shall run now? */
  reschedule: object;
  /** Hypervisor to host scheduler: the vCPU sleeps until an interrupt. */
  'vcpu-halted': object;
  /** Device or timer to hypervisor: raise an interrupt line of the guest. */
  interrupt: { irq: number };
  /** Hypervisor to guest kernel and Launcher's reader: the guest runs its handler next. */
  'guest-trap': { vector: number; errorCode: number; address: number; direct: boolean };
  /** CPU to guest kernel: `iret` to a process. */
  'guest-return': object;
  /** Hypervisor to guest kernel: the guest's HALT took effect. */
  'guest-halt': object;
  /** Hypervisor to Launcher: the guest is dead; `reason` as `read` of /dev/lguest returns it. */
  'guest-dead': { reason: string; powerOff: boolean };
  /** Launcher to host scheduler: the guest is gone and its memory returned. */
  'guest-closed': { reason: string; powerOff: boolean };

  // Announcements, for whoever watches.
  /** A hypercall is carried out: its number and four arguments, unsigned words. */
  hypercall: { number: number; fromRing: boolean; args: readonly number[] };
  /** A vCPU changed to the slot that shadows the table at this gpa. */
  'slot-changed': { slot: number; gpgdir: number; change: SlotChange };
  /** The host killed the guest, in the original’s words (`kill_guest`). */
  'guest-killed': { reason: string };
  /** The vCPU runs on `cpu`, and ran on `from` before. */
  migrated: { from: number };
  /** A guest process forked: `process` and `parent` are indexes, `pid` the child's in its trace. */
  'process-started': { process: number; parent: number; pid: number };
  /** A process of the guest has ended; `process` is its index. */
  'process-ended': { process: number; exit: 'exit' | 'end-of-trace' | 'killed' };
}

/** How much `map_switcher_in_guest` had to do. */
export type SwitcherRemap = 'skipped' | 'targeted' | 'full';

/** What a table switch found: the table's slot, a fresh slot, or another table's slot. */
export type SlotChange = 'hit' | 'fresh' | 'evicted';

/** Name of a kind of message. */
export type Topic = keyof MessagePayloads;

/** One message. */
export type Message<T extends Topic = Topic> = {
  [K in T]: { readonly topic: K; readonly cpu: number; readonly guest: number } & Readonly<
    MessagePayloads[K]
  >;
}[T];

/**
 * Where a topic goes: to the component of host CPU `cpu`, to the component of guest `guest`, to the
 * one host scheduler, or to nobody in particular.
 */
export type Route = 'cpu' | 'guest' | 'host' | 'watch';

/** Where each topic goes. */
export const routes: Readonly<Record<Topic, Route>> = {
  trap: 'cpu',
  'guest-exit': 'guest',
  'enter-guest': 'cpu',
  'guest-entered': 'cpu',
  'cpu-idle': 'cpu',
  'cpu-wake': 'cpu',
  'cpu-offline': 'cpu',
  'cpu-online': 'cpu',
  'init-pagetable': 'guest',
  'guest-data-init': 'guest',
  'demand-page': 'guest',
  'pin-stack': 'guest',
  'new-pagetable': 'guest',
  'flush-tlb': 'guest',
  'set-stack': 'guest',
  'set-pte': 'guest',
  'set-pgd': 'guest',
  'set-pmd': 'guest',
  'map-switcher': 'guest',
  'free-pagetable': 'guest',
  'shadow-done': 'guest',
  'switcher-mapped': 'guest',
  initialize: 'guest',
  'start-launcher': 'guest',
  'vcpu-runnable': 'host',
  'run-vcpu': 'guest',
  reschedule: 'host',
  'vcpu-halted': 'host',
  interrupt: 'guest',
  'guest-trap': 'guest',
  'guest-return': 'guest',
  'guest-halt': 'guest',
  'guest-dead': 'guest',
  'guest-closed': 'host',
  hypercall: 'watch',
  'slot-changed': 'watch',
  'guest-killed': 'watch',
  migrated: 'watch',
  'process-started': 'watch',
  'process-ended': 'watch',
};
