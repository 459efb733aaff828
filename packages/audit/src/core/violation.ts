// SPDX-License-Identifier: GPL-2.0-or-later
import type { Topic } from '@lguest-sim/bus';
import { hex, type GuestVirtual, type Pfn } from '@lguest-sim/x86';

/** An entry of a shadow table. */
export interface TableEntry {
  readonly slot: number;
  /** First address that it translates. */
  readonly address: GuestVirtual;
  /** Page of the table that it is in, and its place there. */
  readonly table: Pfn;
  readonly index: number;
  /** Bit of the address at which its level's index starts. */
  readonly level: number;
  /** Its words, signed; the high one is 0 where an entry has one word. */
  readonly low: number;
  readonly high: number;
}

/** Why an assertion does not hold. */
export interface Problem {
  readonly found: string;
  readonly expected: string;
  readonly entry?: TableEntry | undefined;
}

/** One sentence of the contract (facts sheet, section 9) that can be held against a machine. */
export interface Assertion<Subject> {
  readonly name: string;
  /** Number in the contract. */
  readonly contract: number;
  /** Looks, and changes nothing. Returns why it does not hold, or undefined if it does. */
  readonly check: (subject: Subject) => Problem | undefined;
}

/** A message by its place in the one order of all, which is its place in an event log. */
export interface MessagePlace {
  readonly topic: Topic;
  readonly sequence: number;
}

/** A broken assertion. */
export interface Violation extends Problem {
  readonly assertion: string;
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
