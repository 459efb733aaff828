// SPDX-License-Identifier: GPL-2.0-or-later

const PAGE_BYTES = 4096;

/**
 * Start of the host's fixmap in the facts sheet's example configuration (section 3).
 * The Switcher ends one guard page below it.
 */
export const DEFAULT_FIXADDR_START = 0xfff65000;

/** Where the Switcher's pages are, the same in the host and in every guest. */
export interface SwitcherLayout {
  /** Virtual address of the text page. */
  readonly address: number;
  /** Number of host CPUs, each with a regs slot and a state page. */
  readonly hostCpus: number;
  /** Switcher pages in all: text, and two for each host CPU. */
  readonly totalPages: number;
}

/**
 * Lays the Switcher out for `hostCpus` host CPUs.
 *
 * @param address virtual address of the text page, page aligned; by default just below the fixmap
 * @throws RangeError if the address is not page aligned or the pages do not fit below 4 GiB
 */
export function switcherLayout(hostCpus: number, address?: number): SwitcherLayout {
  const totalPages = 1 + 2 * hostCpus;
  const start = address ?? DEFAULT_FIXADDR_START - (totalPages + 1) * PAGE_BYTES;
  if (start % PAGE_BYTES !== 0 || start + totalPages * PAGE_BYTES > 2 ** 32) {
    throw new RangeError(
      `Switcher address 0x${start.toString(16)}: expected a page-aligned address with room for ${totalPages} pages below 4 GiB`,
    );
  }
  return { address: start, hostCpus, totalPages };
}

/** Which of the Switcher's pages, from 0, is a host CPU's regs slot. Its state page is the next. */
export function registersPage(cpu: number): number {
  return 1 + 2 * cpu;
}

/** Virtual address of a host CPU's regs slot, where the running vCPU's regs page is mapped. */
export function registersAddress(layout: SwitcherLayout, cpu: number): number {
  return layout.address + registersPage(cpu) * PAGE_BYTES;
}

/** Virtual address of a host CPU's state page. */
export function stateAddress(layout: SwitcherLayout, cpu: number): number {
  return registersAddress(layout, cpu) + PAGE_BYTES;
}

/** Byte offset in the text page of the first of 256 stubs, one for each vector. */
const STUBS_OFFSET = 0x400;
/** Bytes a stub takes: it pushes an error code if the CPU did not, and the vector, and jumps. */
const STUB_BYTES = 12;

/** Virtual address of the Switcher's stub for a vector: where the default gate of it leads. */
export function stubAddress(layout: SwitcherLayout, vector: number): number {
  return layout.address + STUBS_OFFSET + vector * STUB_BYTES;
}
