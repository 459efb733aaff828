// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Every message with which the original kills a guest, as its format strings have them (facts sheet,
 * section 7), and the reason of a guest for which the host has no memory.
 */
const formats: readonly string[] = [
  'failed to get page %lu',
  'bad page table entry',
  'bad page directory entry',
  'bad page middle directory entry',
  'out of memory allocating pte page',
  'out of memory allocating pmd page',
  'bad stack page %#lx',
  'Bad address %#lx',
  'Cannot populate switcher mapping',
  'attempt to set pte into Switcher pages',
  'Attempt to set pgd %u/%u',
  'bad guest page %p',
  'bad kernel address %#lx',
  'bad read address %#lx len %u',
  'bad write address %#lx len %u',
  'hypercall %li before INIT',
  'already have lguest_data',
  'CRASH: %s',
  'Bad hypercall %li\n',
  'Fetching async hypercalls',
  'Writing result for async hypercall',
  'Writing timestamp',
  'Writing cr2',
  'Disabling interrupts',
  'Re-enabling interrupts',
  'bad syscall vector',
  'bad stack segment %i',
  'bad stack pages %u',
  'bad IDT type %i',
  'Setting idt entry %u',
  'too many gdt entries %i',
  'unhandled trap %li at %#lx (%#lx)',
  '-ENOMEM',
];

/** What each conversion prints: `%#lx` of 0 has no prefix in C, which is not asked for here. */
const conversions: Readonly<Record<string, string>> = {
  '%lu': '\\d+',
  '%u': '\\d+',
  '%li': '-?\\d+',
  '%i': '-?\\d+',
  '%#lx': '0x[0-9a-f]{1,8}',
  '%p': '(?:[0-9a-f]{8}|  \\(null\\))',
  '%s': '[^]*',
};

const known = formats.map((text) => ({ format: text.trimEnd(), pattern: patternOf(text) }));

/** The format string that a death's message was made from, or undefined if the original has none. */
export function deathFormat(message: string): string | undefined {
  return known.find(({ pattern }) => pattern.test(message))?.format;
}

function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/%#?l?[a-z]/g, (found) => conversions[found]!)}$`);
}
