// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GuestData,
  HYPERCALL_RING_SIZE,
  Hypercall,
  RING_ENTRY_BYTES,
  RING_ENTRY_FREE,
  type HypercallNumber,
} from '@lguest-sim/abi';
import type { GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';

/** A hypercall: its number and four arguments. */
export type Call = readonly [number: HypercallNumber, a: number, b: number, c: number, d: number];

/** Numbers that a call takes among the locals: what a ring entry holds too. */
const CALL_NUMBERS = RING_ENTRY_BYTES / 4;
const CALL_ORDER: readonly number[] = Array.from({ length: CALL_NUMBERS }, (_, index) => index);

/**
 * Puts hypercalls into the asynchronous ring, as Linux does in its lazy modes (facts sheet, sections
 * 4 and 5.3). The host carries them out, in order, at the next hypercall that is made at once. If
 * the ring is full, that is the next one of these. Locals: where the calls begin that are left, what
 * the interrupt flag was, then the calls, five numbers each.
 *
 * Interrupts are off meanwhile: a handler's hypercall would drain the ring between the look at a
 * status byte and the store to its word.
 */
export const queueCalls = new Routine('queue calls', {
  begin,
  keepFlag,
  put,
  allowInterrupts,
  sendPending,
});

const NEXT = 0;
const FLAG = 1;
const CALLS = 2;

/** Queues calls. A step returns what this returns: `after`, which goes on when they are queued. */
export function queue(kernel: Kernel, calls: readonly Call[], after: Step): Step {
  if (calls.length === 0) return after;
  const locals = [CALLS, 0];
  for (const call of calls) {
    for (let at = 0; at < CALL_NUMBERS; at++) locals.push(call[at]!);
  }
  return kernel.call(queueCalls, locals, after);
}

function begin(kernel: Kernel): Step {
  kernel.emit.load(kernel.layout.guestData + GuestData.irqEnabled);
  kernel.setInterrupts(false);
  return keepFlag;
}

function keepFlag(kernel: Kernel, { locals }: Frame): Step {
  locals[FLAG] = kernel.results.words[0]!;
  kernel.emit.load(statusWord(kernel));
  return put;
}

/** One call, given the word with its entry's status byte. */
function put(kernel: Kernel, { locals }: Frame): Step {
  const status = kernel.results.words[0]!;
  const shift = 8 * (kernel.ringCursor % 4);
  const next = locals[NEXT]!;
  locals[NEXT] = next + CALL_NUMBERS;
  if (((status >>> shift) & 0xff) === RING_ENTRY_FREE) {
    fillEntry(kernel, locals, next, status & ~(0xff << shift));
  } else {
    const [number, ...args] = locals.slice(next, next + CALL_NUMBERS);
    kernel.emit.hypercall(number as HypercallNumber, ...args);
  }
  if (locals[NEXT] === locals.length) return allowInterrupts;
  kernel.emit.load(statusWord(kernel));
  return put;
}

/** Puts the call at `next` in its entry. The status comes last: it makes the entry ready. */
function fillEntry(kernel: Kernel, locals: readonly number[], next: number, status: number): void {
  const entry = kernel.layout.guestData + GuestData.hcalls + kernel.ringCursor * RING_ENTRY_BYTES;
  kernel.emit.storeWords(entry, locals, CALL_ORDER, next);
  kernel.emit.store(statusWord(kernel), status);
  kernel.ringCursor = (kernel.ringCursor + 1) % HYPERCALL_RING_SIZE;
}

/** Gpa of the word with the status byte of the entry that is used next. */
function statusWord({ layout, ringCursor }: Kernel): GuestPhysical {
  return layout.guestData + GuestData.hcallStatus + ringCursor - (ringCursor % 4);
}

function allowInterrupts(kernel: Kernel, { locals }: Frame): Step | undefined {
  if (locals[FLAG] === 0) return undefined;
  kernel.setInterrupts(true);
  kernel.emit.load(kernel.layout.guestData + GuestData.irqPending);
  return sendPending;
}

/** An interrupt that came while they were off arrives with this call. */
function sendPending(kernel: Kernel): undefined {
  if (kernel.results.words[0] !== 0) kernel.emit.hypercall(Hypercall.sendInterrupts);
  return undefined;
}
