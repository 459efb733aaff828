// SPDX-License-Identifier: GPL-2.0-or-later
import type { Topic } from '@lguest-sim/bus';
import { hex, type GuestVirtual, type Pfn } from '@lguest-sim/x86';

/** An entry of a shadow table. */
export interface TableEntry {
  /** Number of the slot that the table belongs to. */
  readonly slot: number;
  /** First address that it translates. */
  readonly address: GuestVirtual;
  /** Page of the table that it is in, and its place there. */
  readonly table: Pfn;
  /** Which entry of its table, from 0. */
  readonly index: number;
  /** Bit of the address at which its level's index starts. */
  readonly level: number;
  /** Its words, signed; the high one is 0 where an entry has one word. */
  readonly low: number;
  /** Bits 32 to 63 of the entry; 0 on two-level paging. */
  readonly high: number;
}

/** Why an assertion does not hold. */
export interface Problem {
  /** What is there. */
  readonly found: string;
  /** What the contract asks for. */
  readonly expected: string;
  /** The entry that it is about, if it is about one. */
  readonly entry?: TableEntry | undefined;
}

/** One sentence of the contract (facts sheet, section 9) that can be held against a machine. */
export interface Assertion<Subject> {
  /** What violations call it. */
  readonly name: string;
  /** Number in the contract. */
  readonly contract: number;
  /** Looks, and changes nothing. Returns why it does not hold, or undefined if it does. */
  readonly check: (subject: Subject) => Problem | undefined;
}

/** A message by its place in the one order of all, which is its place in an event log. */
export interface MessagePlace {
  /** The message’s topic. */
  readonly topic: Topic;
  /** The message’s number, counted from 0. */
  readonly sequence: number;
}

/** A broken assertion. */
export interface Violation extends Problem {
  /** Name of the assertion. */
  readonly assertion: string;
  /** Its number in the contract (facts sheet, section 9). */
  readonly contract: number;
  /** Guest that it is about, or -1. */
  readonly guest: number;
  /** After which message it was found; undefined before the first, or at the end of a run. */
  readonly cause: MessagePlace | undefined;
}

/** A violation in one line. */
export function describeViolation(violation: Violation): string {
  const { assertion, contract, guest, entry, found, expected, cause } = violation;
  const where = entry === undefined ? '' : `, ${describeEntry(entry)}`;
  const when = cause === undefined ? '' : ` (message ${cause.sequence}, ${cause.topic})`;
  return `${assertion} (contract ${contract}): guest ${guest}${where}: found ${found}, expected ${expected}${when}`;
}

/** An entry in words: `slot 1, entry 73 of table 0x5b00, for 0x8049000, is 0x1c0de067`. */
function describeEntry({ slot, address, table, index, low, high }: TableEntry): string {
  const raw = high === 0 ? hex(low) : `${hex(high)}:${hex(low)}`;
  return `slot ${slot}, entry ${index} of table ${hex(table)}, for ${hex(address)}, is ${raw}`;
}
