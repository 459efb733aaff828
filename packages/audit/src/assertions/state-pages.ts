// SPDX-License-Identifier: GPL-2.0-or-later
import {
  FLAT_CODE_HIGH,
  FLAT_DATA_HIGH,
  FLAT_SEGMENT_LOW,
  GDT_ENTRIES,
  GUEST_PRIVILEGE,
  GateType,
  GdtEntry,
  IDT_ENTRIES,
  REGISTERS_OFFSET,
  Register,
  Selector,
  StatePage,
  TSS_BYTES,
  Tss,
  descriptorPrivilege,
  gateLow,
  gateSelector,
  gateType,
  mayTrapDirectly,
  privilegeOf,
  registersAddress,
  stateAddress,
  stubAddress,
  stubGates,
  stubPrivilege,
  switcherGateHigh,
  tssHigh,
  tssLow,
  type SwitcherLayout,
} from '@lguest-sim/abi';
import { PAGE_SIZE, frameWord, hex } from '@lguest-sim/x86';
import type { Assertion, Problem } from '../core/violation.js';
import type { EntrySubject } from './subjects.js';

/** Set in a task state segment that is loaded. */
const BUSY = 0x200;
const IDT_WORD = StatePage.guestIdt >> 2;
const GDT_WORD = StatePage.guestGdt >> 2;
const TSS_WORD = StatePage.guestTss >> 2;

/** The Switcher's own descriptors, which no guest sets. */
const hostEntries: readonly number[] = [
  GdtEntry.lguestCode,
  GdtEntry.lguestData,
  GdtEntry.tss,
  GdtEntry.doubleFaultTss,
];

/** 18: the guest runs below ring 0, and ring 0 is reached through the Switcher alone. */
export const ringsAreKept: Assertion<EntrySubject> = {
  name: 'rings-are-kept',
  contract: 18,
  check: (subject) =>
    registersProblem(subject) ??
    gatesProblem(subject) ??
    segmentsProblem(subject) ??
    stackProblem(subject),
};

function registersProblem({ host, guest }: EntrySubject): Problem | undefined {
  const at = frameWord(guest.registersFrame) + REGISTERS_OFFSET / 4;
  const cs = host.memory.words[at + Register.cs]! & 0xffff;
  if (privilegeOf(cs) >= GUEST_PRIVILEGE) return undefined;
  return { found: `cs ${hex(cs)} in the regs page`, expected: 'a privilege level of 1 to 3' };
}

function gatesProblem(subject: EntrySubject): Problem | undefined {
  const words = stateWords(subject);
  const stubs = knownStubGates(subject.host.layout);
  for (let vector = 0; vector < IDT_ENTRIES; vector++) {
    const low = words[IDT_WORD + 2 * vector]!;
    const high = words[IDT_WORD + 2 * vector + 1]!;
    // What most gates are: one word each, as it was written at the start.
    if (low === stubs[2 * vector] && high === stubs[2 * vector + 1]) continue;
    if (isAllowedGate(subject, vector, low, high)) continue;
    const found = `gate ${vector} ${hex(high)} ${hex(low)}`;
    return { found, expected: 'one into the Switcher, or a trap gate into ring 1' };
  }
  return undefined;
}

/** A gate that is not as the Switcher's constants have it. */
function isAllowedGate({ host }: EntrySubject, vector: number, low: number, high: number): boolean {
  const stub = stubAddress(host.layout, vector);
  const isSwitchers =
    low === gateLow(Selector.lguestCode, stub) &&
    high === switcherGateHigh(stub, descriptorPrivilege(high));
  const isGuests =
    mayTrapDirectly(vector) &&
    gateSelector(low) === Selector.kernelCode &&
    gateType(high) === GateType.trap;
  const isClosed = mayTrapDirectly(vector) || descriptorPrivilege(high) === stubPrivilege(vector);
  return (isSwitchers && isClosed) || isGuests;
}

/** Of each layout that was seen: an audit looks at every entry. */
const gatesOfLayouts = new WeakMap<SwitcherLayout, Int32Array>();

function knownStubGates(layout: SwitcherLayout): Int32Array {
  const gates = gatesOfLayouts.get(layout) ?? stubGates(layout);
  gatesOfLayouts.set(layout, gates);
  return gates;
}

function segmentsProblem(subject: EntrySubject): Problem | undefined {
  const words = stateWords(subject);
  const tss = stateAddress(subject.host.layout, subject.cpu) + StatePage.guestTss;
  const wanted: readonly (readonly [entry: number, low: number, high: number])[] = [
    [GdtEntry.lguestCode, FLAT_SEGMENT_LOW, FLAT_CODE_HIGH],
    [GdtEntry.lguestData, FLAT_SEGMENT_LOW, FLAT_DATA_HIGH],
    [GdtEntry.tss, tssLow(tss, TSS_BYTES - 1), tssHigh(tss)],
    [GdtEntry.doubleFaultTss, 0, 0],
  ];
  for (const [entry, low, high] of wanted) {
    const foundLow = words[GDT_WORD + 2 * entry]!;
    const foundHigh = words[GDT_WORD + 2 * entry + 1]! & ~(entry === GdtEntry.tss ? BUSY : 0);
    if (foundLow === (low | 0) && foundHigh === (high | 0)) continue;
    const found = `descriptor ${entry} ${hex(foundHigh)} ${hex(foundLow)}`;
    return { found, expected: `the Switcher's, ${hex(high)} ${hex(low)}` };
  }
  return undefined;
}

function stackProblem(subject: EntrySubject): Problem | undefined {
  const words = stateWords(subject);
  const sp0 = words[TSS_WORD + (Tss.sp0 >> 2)]! >>> 0;
  const ss0 = words[TSS_WORD + (Tss.ss0 >> 2)]! & 0xffff;
  const wanted = registersAddress(subject.host.layout, subject.cpu) + PAGE_SIZE;
  if (sp0 === wanted && ss0 === Selector.lguestData) return undefined;
  const found = `ring 0 stack ${hex(ss0)}:${hex(sp0)}`;
  return { found, expected: `${hex(Selector.lguestData)}:${hex(wanted)}` };
}

/** 27: the state page says what the vCPU wants: 29 gates, 28 descriptors, its ring 1 stack. */
export const statePageIsTheVcpus: Assertion<EntrySubject> = {
  name: 'state-page-is-the-vcpus',
  contract: 27,
  check: (subject) => {
    const words = stateWords(subject);
    const { guest } = subject;
    const sp1 = words[TSS_WORD + (Tss.sp1 >> 2)]!;
    const ss1 = words[TSS_WORD + (Tss.ss1 >> 2)]!;
    if (sp1 !== (guest.esp1 | 0) || ss1 !== (guest.ss1 | 0)) {
      const expected = `${hex(guest.ss1)}:${hex(guest.esp1)}`;
      return { found: `ring 1 stack ${hex(ss1)}:${hex(sp1)}`, expected };
    }
    return wishedGatesProblem(subject, words) ?? wishedSegmentsProblem(subject, words);
  },
};

function wishedGatesProblem({ host, guest }: EntrySubject, words: Int32Array): Problem | undefined {
  for (let vector = 0; vector < IDT_ENTRIES; vector++) {
    if (!mayTrapDirectly(vector)) continue;
    const [low, high] = [guest.idt[2 * vector]!, guest.idt[2 * vector + 1]!];
    const isDirect = gateType(high) === GateType.trap;
    const stub = stubAddress(host.layout, vector);
    const wantedLow = isDirect ? low : gateLow(Selector.lguestCode, stub);
    const wantedHigh = isDirect ? high : switcherGateHigh(stub, descriptorPrivilege(high));
    const at = IDT_WORD + 2 * vector;
    const problem = differs(`gate ${vector}`, words, at, [wantedLow, wantedHigh]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function wishedSegmentsProblem({ guest }: EntrySubject, words: Int32Array): Problem | undefined {
  for (let entry = 0; entry < GDT_ENTRIES; entry++) {
    if (hostEntries.includes(entry)) continue;
    const wanted = [guest.gdt[2 * entry]!, guest.gdt[2 * entry + 1]!] as const;
    const problem = differs(`descriptor ${entry}`, words, GDT_WORD + 2 * entry, wanted);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function differs(
  what: string,
  words: Int32Array,
  at: number,
  [low, high]: readonly [number, number],
): Problem | undefined {
  if (words[at] === (low | 0) && words[at + 1] === (high | 0)) return undefined;
  const found = `${what} ${hex(words[at + 1]!)} ${hex(words[at]!)}`;
  return { found, expected: `${hex(high)} ${hex(low)}, as the vCPU wants it` };
}

/** The state page of the host CPU, as words. */
function stateWords({ host, cpu }: EntrySubject): Int32Array {
  const first = frameWord(host.state(cpu));
  return host.memory.words.subarray(first, first + PAGE_SIZE / 4);
}
