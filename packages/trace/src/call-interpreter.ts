// SPDX-License-Identifier: GPL-2.0-or-later
import type { AddressMover } from './address-mover.js';
import { effectsOf, startsThread } from './call-effects.js';
import type { TracedCall, TracedEffect } from './call-effects.js';
import type { ProcessOperation } from './process-operation.js';

/** A range must end within what a mover knows: 64 bits, less the bits in which a sum is inexact. */
const END_OF_ADDRESSES = 2 ** 53;

/** Interprets the system calls of one process, with addresses as they are in the guest. */
export class CallInterpreter {
  readonly #mover: AddressMover;
  /** Whether the process ever had a second thread. */
  #threads = false;

  constructor(mover: AddressMover) {
    this.#mover = mover;
  }

  /** What the call did: nothing as a rule, and more than one thing if a range is not in one piece. */
  operations(call: TracedCall): ProcessOperation[] {
    if (!call.failed && startsThread(call)) this.#threads = true;
    // With threads it ends the one that calls; the process ends where its trace does.
    if (call.name === 'exit' && this.#threads) return [];
    return effectsOf(call).flatMap((effect) => this.#moved(effect));
  }

  #moved({ fresh = false, ...operation }: TracedEffect): ProcessOperation[] {
    switch (operation.kind) {
      case 'brk':
        return this.#movedBreak(operation.end);
      case 'map':
      case 'unmap':
      case 'protect': {
        const { start, bytes } = operation;
        if (start + bytes > END_OF_ADDRESSES) return [];
        const pieces = this.#mover.moveRange(start, bytes, fresh);
        return pieces.map((piece) => ({ ...operation, ...piece }));
      }
      default:
        return [operation];
    }
  }

  /** The break is the end of a range, so it goes where the byte before it does. */
  #movedBreak(end: number): ProcessOperation[] {
    if (end < 1 || end > END_OF_ADDRESSES) return [];
    const [last] = this.#mover.moveRange(end - 1, 1, true);
    return last === undefined ? [] : [{ kind: 'brk', end: last.start + 1 }];
  }
}
