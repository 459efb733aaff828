// SPDX-License-Identifier: GPL-2.0-or-later
import type { AccessBatch } from './access-batch.js';
import type { AddressMover } from './address-mover.js';
import { CallInterpreter } from './call-interpreter.js';
import type { CallLine, ResultLine } from './system-call-text.js';
import type { SystemCallEvent, SystemCallOutcome } from './trace-event.js';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A call whose outcome has not been read yet. */
interface OpenCall {
  readonly event: Writable<SystemCallEvent>;
  /** Serial of the batch that holds the event. */
  readonly batch: number;
}

/**
 * Makes events of system-call lines, and brings calls and their outcomes together.
 *
 * An outcome that is read before any further access, in the same batch, is written into the call's
 * own event. Otherwise the call's event may have been handled long ago, so the outcome becomes an
 * event of its own. A call that was interrupted is never heard of again; the next call of its thread
 * takes its place here. What a call does to its process is told with the call's own event, as far as
 * it is known there.
 */
export class CallMatcher {
  readonly #open = new Map<string, OpenCall>();
  #latest: string | undefined;
  readonly #interpreter: CallInterpreter;
  #batch = 0;

  /** @param mover moves the addresses in operations. */
  constructor(mover: AddressMover) {
    this.#interpreter = new CallInterpreter(mover);
  }

  /** Says that what follows goes to another batch. */
  startBatch(): void {
    this.#batch++;
  }

  /** Adds a call's event. */
  call(batch: AccessBatch, call: CallLine, line: number): void {
    const event: OpenCall['event'] = {
      kind: 'system-call',
      position: batch.length,
      number: call.number,
      name: call.name,
      args: call.args,
      result: call.outcome?.result ?? null,
      failed: call.outcome?.failed ?? false,
      line,
    };
    if (call.child !== undefined) event.child = call.child;
    batch.events.push(event);
    this.#interpret(batch, event);
    this.#latest = call.thread;
    if (call.outcome === null) this.#open.set(call.thread, { event, batch: this.#batch });
    else this.#open.delete(call.thread);
  }

  /** Handles an outcome that names its call; passes over one whose call the trace does not show. */
  result(batch: AccessBatch, { thread, number, outcome }: ResultLine, line: number): void {
    if (this.#open.get(thread)?.event.number === number) this.#settle(batch, thread, outcome, line);
  }

  /**
   * Handles an outcome that stands alone, which belongs to the call read last. A forked child's
   * trace starts with one, of the fork that its parent's trace shows: it is passed over.
   */
  bareOutcome(batch: AccessBatch, outcome: SystemCallOutcome, line: number): void {
    if (this.#latest !== undefined) this.#settle(batch, this.#latest, outcome, line);
  }

  #settle(batch: AccessBatch, thread: string, outcome: SystemCallOutcome, line: number): void {
    const open = this.#open.get(thread);
    if (open === undefined) return;
    this.#open.delete(thread);
    const { event } = open;
    if (open.batch === this.#batch && event.position === batch.length) {
      event.result = outcome.result;
      event.failed = outcome.failed;
      this.#interpret(batch, event);
      return;
    }
    const { number, name, line: callLine } = event;
    const position = batch.length;
    batch.events.push({
      kind: 'system-call-result',
      position,
      number,
      name,
      ...outcome,
      line,
      callLine,
    });
  }

  /** Adds what the call does; each piece after the first is an event of its own. */
  #interpret(batch: AccessBatch, event: Writable<SystemCallEvent>): void {
    delete event.operation;
    const [first, ...further] = this.#interpreter.operations(event);
    if (first !== undefined) event.operation = first;
    for (const operation of further) batch.events.push({ ...event, operation, continued: true });
  }
}
