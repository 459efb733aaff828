// SPDX-License-Identifier: GPL-2.0-or-later
import { MemoisedMachine } from '@lguest-sim/bus';
import { setup } from 'xstate';

/** What a guest's machine can be told. */
export type GuestKernelMachineEvent =
  /** The kernel is up and gives the CPU to the first process. */
  | { type: 'BOOTED' }
  /** A trap or interrupt starts a handler of the kernel. */
  | { type: 'TRAP' }
  /** An `iret` took the vCPU to a process. */
  | { type: 'RETURN' }
  /** The kernel's HALT took effect. */
  | { type: 'HALT' }
  /** The kernel met an error of its own. */
  | { type: 'PANIC' }
  /** The guest is dead: switched off, or killed by the host. */
  | { type: 'DIE' };

const types = {} as { events: GuestKernelMachineEvent };

/** Where a guest is in its life. A pure machine: the core does the work. */
export const guestKernelMachine = new MemoisedMachine(
  setup({ types }).createMachine({
    id: 'guest kernel',
    initial: 'booting',
    states: {
      booting: { on: { BOOTED: 'kernel', TRAP: 'booting', PANIC: 'panicked', DIE: 'off' } },
      kernel: {
        on: { TRAP: 'kernel', RETURN: 'user', HALT: 'halted', PANIC: 'panicked', DIE: 'off' },
      },
      user: { on: { TRAP: 'kernel', DIE: 'off' } },
      // An interrupt without a gate wakes the guest as well, and then it goes on where it was.
      halted: {
        on: { TRAP: 'kernel', RETURN: 'user', HALT: 'halted', PANIC: 'panicked', DIE: 'off' },
      },
      panicked: { on: { TRAP: 'panicked', DIE: 'panicked' } },
      off: { type: 'final' },
    },
  }),
);
