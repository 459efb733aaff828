// SPDX-License-Identifier: GPL-2.0-or-later

/** Vector of the guest's system call, the one that the host lets go direct. */
export const SYSTEM_CALL_VECTOR = 0x80;

/** Vector of the timer: interrupt 0. */
export const TIMER_VECTOR = 32;
