// SPDX-License-Identifier: GPL-2.0-or-later
import {
  AccessKind,
  INFO_SIZE_SHIFT,
  MAX_ACCESSES_PER_RECORD,
  type AccessBatch,
} from '../access-batch.js';
import type { ProcessOperation } from '../process-operation.js';
import type { SystemCallEvent } from '../trace-event.js';

/** Bytes that a pattern's access has; it is aligned, so it never crosses a page. */
const ACCESS_BYTES = 4;

const LOAD = (ACCESS_BYTES << INFO_SIZE_SHIFT) | AccessKind.load;
const STORE = (ACCESS_BYTES << INFO_SIZE_SHIFT) | AccessKind.store;

/** A system call that a pattern makes: number on i386, and what it does. */
export interface PatternCall {
  /** As Valgrind names it, without the leading `sys_`. */
  readonly name: string;
  /** Its number on i386. */
  readonly number: number;
  /** Its arguments. */
  readonly args: readonly number[];
  /** What it returned; null if nobody needs to know. */
  readonly result: number | null;
  /** What the guest kernel does for it; if there is none, the call only counts. */
  readonly operation?: ProcessOperation;
}

/**
 * Where a pattern writes what it does. A pattern is a generator that asks `full` before each thing
 * it writes, and yields if so:
 *
 *     if (out.full) yield;
 *     out.access(address, true);
 */
export class PatternWriter {
  #batch: AccessBatch | undefined;
  /** Accesses and calls written so far. */
  #written = 0;

  /** @internal Says where to write from now on. */
  writeTo(batch: AccessBatch): void {
    this.#batch = batch;
  }

  /** Whether nothing more fits in the batch. */
  get full(): boolean {
    const { length, capacity, events } = this.#batch!;
    return length > capacity - MAX_ACCESSES_PER_RECORD || events.length >= capacity;
  }

  /** Loads or stores the word at an address that is a multiple of 4. */
  access(address: number, write: boolean): void {
    const batch = this.#batch!;
    batch.addresses[batch.length] = address;
    batch.info[batch.length++] = write ? STORE : LOAD;
    this.#written++;
  }

  /** Makes a system call. Its line is its number among all that the process does. */
  call({ name, number, args, result, operation }: PatternCall): void {
    const batch = this.#batch!;
    const line = ++this.#written;
    const position = batch.length;
    // All are of few shapes, for who reads them: so what is optional comes last.
    const event: { -readonly [K in keyof SystemCallEvent]: SystemCallEvent[K] } = {
      kind: 'system-call',
      position,
      name,
      number,
      args,
      result,
      failed: false,
      line,
    };
    if (operation !== undefined) event.operation = operation;
    if (operation?.kind === 'fork') event.child = operation.child;
    batch.events.push(event);
  }
}
