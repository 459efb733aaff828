// SPDX-License-Identifier: GPL-2.0-or-later

/** Segment selectors and privilege levels. Source: facts sheet, section 3. */
export const Selector = {
  /** The Switcher's code segment, ring 0. */
  lguestCode: 0x50,
  /** The Switcher's data segment, ring 0. */
  lguestData: 0x58,
  /** Guest kernel code, ring 1. */
  kernelCode: 0x61,
  /** Guest kernel data and stack, ring 1. */
  kernelData: 0x69,
  /** User code, ring 3. */
  userCode: 0x73,
  /** User data and stack, ring 3. */
  userData: 0x7b,
  /** The task state segment. */
  tss: 0x80,
} as const;

/** Privilege level of the guest kernel. */
export const GUEST_PRIVILEGE = 1;

/** Privilege level of guest processes. */
export const USER_PRIVILEGE = 3;

/** Privilege level that a selector carries in its low two bits. */
export function privilegeOf(selector: number): number {
  return selector & 3;
}
