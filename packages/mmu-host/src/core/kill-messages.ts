// SPDX-License-Identifier: GPL-2.0-or-later
import { hex } from '@lguest-sim/x86';

/**
 * Why a guest is killed, letter for letter as the original says it. Facts sheet, section 7.
 * Addresses may be signed or unsigned. Built only when a guest is killed.
 */
export const KillMessage = {
  badRead: (gpa: number, bytes: number) => `bad read address ${hex(gpa)} len ${bytes}`,
  badWrite: (gpa: number, bytes: number) => `bad write address ${hex(gpa)} len ${bytes}`,
  failedToGetPage: (gpfn: number) => `failed to get page ${gpfn >>> 0}`,
  badLeaf: 'bad page table entry',
  badStackPage: (vaddr: number) => `bad stack page ${hex(vaddr)}`,
  badStackSegment: (ss: number) => `bad stack segment ${ss | 0}`,
  badStackPages: (pages: number) => `bad stack pages ${pages >>> 0}`,
  badAddress: (vaddr: number) => `Bad address ${hex(vaddr)}`,
  noSwitcher: 'Cannot populate switcher mapping',
  switcherLeaf: 'attempt to set pte into Switcher pages',
  badTopIndex: (index: number, limit: number) => `Attempt to set pgd ${index >>> 0}/${limit}`,
  badGuestPage: (address: number) =>
    `bad guest page ${(address >>> 0).toString(16).padStart(8, '0')}`,
  badKernelAddress: (address: number) => `bad kernel address ${hex(address)}`,
} as const;

/** A guest directory entry with flags or a page number that are not allowed, by level from the top. */
export const badDirectoryMessages = [
  'bad page directory entry',
  'bad page middle directory entry',
] as const;

/**
 * No page for the table below a directory entry, by the entry's level from the top. Under PAE each
 * names the wrong level (facts sheet, R15); the words are the original's all the same.
 */
export const outOfMemoryMessages = [
  'out of memory allocating pte page',
  'out of memory allocating pmd page',
] as const;
