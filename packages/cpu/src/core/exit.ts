// SPDX-License-Identifier: GPL-2.0-or-later

/** How a trap ends: through a gate of ring 0, in the Switcher, or of ring 1, in the guest kernel. */
export type TrapExit = 'trap' | 'direct-trap';

/**
 * Why a CPU stopped executing a guest: a trap, an `iret` to a process, or a process whose trace has
 * not arrived yet.
 */
export type CpuExit = TrapExit | 'returned' | 'starved';

/** An exit that others are told of. */
export type DeliverableExit = Exclude<CpuExit, 'starved'>;
