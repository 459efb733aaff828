// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AccessKind,
  INFO_SIZE_SHIFT,
  type AccessBatch,
  type ProcessOperation,
  type SystemCallEvent,
  type TraceEvent,
} from '@lguest-sim/trace';

/** A program as a test writes it. */
export interface Program {
  readonly accesses: readonly Access[];
  /** By position in `accesses`. */
  readonly events?: readonly TraceEvent[];
  /** What its children run, by process id. */
  readonly children?: Readonly<Record<number, Program>>;
}

export type Access = readonly [kind: 'fetch' | 'load' | 'store', address: number, size: number];

/** What a plain interpretation of a program gives. */
export interface Expected {
  readonly accesses: number;
  readonly pagesTouched: number;
  readonly checksum: number;
}

export function systemCall(position: number, number: number, name: string): SystemCallEvent {
  return {
    kind: 'system-call',
    position,
    number,
    name,
    args: [],
    result: 0,
    failed: false,
    line: position + 1,
  };
}

/** A system call that does something to its process. */
export function operation(position: number, what: ProcessOperation): SystemCallEvent {
  return { ...systemCall(position, 0, what.kind), operation: what };
}

/** Interprets a program: memory is a map of bytes, each 0 at first. */
export function interpret({ accesses }: Program, storeToken = 0): Expected {
  const memory = new Map<number, number>();
  const pages = new Set<number>();
  let checksum = 0;
  let token = storeToken;
  const mix = (value: number) => (checksum = (Math.imul(checksum, 31) + value) | 0);
  const byte = (address: number) => memory.get(address) ?? 0;
  for (const [kind, address, size] of accesses) {
    pages.add(address >>> 12);
    if (kind === 'store') {
      token = (token + 1) | 0;
      for (let k = 0; k < size; k++) memory.set(address + k, (token >>> (8 * (k & 3))) & 255);
    } else if (kind === 'load' && size === 4 && address % 4 === 0) {
      mix([3, 2, 1, 0].reduce((word, k) => (word << 8) | byte(address + k), 0));
    } else if (kind === 'load') {
      for (let k = 0; k < size; k++) mix(byte(address + k));
    }
  }
  return { accesses: accesses.length, pagesTouched: pages.size, checksum };
}

/** Fills batches from a program, as the reader of a trace does. */
export class Feeder {
  private at = 0;
  private readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  /** Fills an emptied batch. Returns false if nothing was left. */
  fill(batch: AccessBatch): boolean {
    const { accesses, events = [] } = this.program;
    const from = this.at;
    const to = Math.min(from + batch.capacity, accesses.length);
    batch.clear();
    for (let index = from; index < to; index++) {
      const [kind, address, size] = accesses[index]!;
      batch.addresses[index - from] = address;
      batch.info[index - from] = AccessKind[kind] | (size << INFO_SIZE_SHIFT);
    }
    batch.length = to - from;
    this.at = to;
    const isLast = to === accesses.length;
    for (const event of events) {
      const inside = event.position >= from && (event.position < to || (isLast && from < to));
      if (inside) batch.events.push({ ...event, position: event.position - from });
    }
    return batch.length > 0;
  }
}
