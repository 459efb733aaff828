// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { GuestPhysical } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';

/** SHUTDOWN's second argument: power off (2 would restart). */
const POWER_OFF = 1;

/** The host reads so many bytes of SHUTDOWN's string (facts sheet, section 4). */
const MESSAGE_BYTES = 128;

/**
 * Stops the machine after an error in the kernel: the message is the core's `panicMessage`. Local: 1
 * if the kernel was panicking already, so that telling why is what failed.
 */
export const panic = new Routine('panic', { begin, stopped });

/** Gives up: `message` is ASCII. A step returns what this returns. */
export function panicWith(kernel: Kernel, frame: Frame, message: string): Step {
  return kernel.become(frame, panic, [notePanic(kernel, message)]);
}

/** Notes the first reason to give up. Returns the panic routine's local. */
export function notePanic(kernel: Kernel, message: string): number {
  if (kernel.panicMessage !== undefined) return 1;
  kernel.panicMessage = message;
  kernel.events.push({ kind: 'panicked', message });
  return 0;
}

function begin(kernel: Kernel, { locals }: Frame): Step {
  if (locals[0] === 1) kernel.emit.hypercall(Hypercall.shutdown, kernel.layout.data, POWER_OFF);
  else shutdown(kernel, kernel.panicMessage!);
  return stopped;
}

function stopped(): undefined {
  return undefined;
}

/** Emits SHUTDOWN with a message, which the host reads from the kernel's data page. */
export function shutdown(kernel: Kernel, message: string): void {
  storeString(kernel, kernel.layout.data, message.slice(0, MESSAGE_BYTES - 1));
  kernel.emit.hypercall(Hypercall.shutdown, kernel.layout.data, POWER_OFF);
}

function storeString(kernel: Kernel, gpa: GuestPhysical, text: string): void {
  for (let at = 0; at <= text.length; at += 4) {
    let word = 0;
    for (let byte = 3; byte >= 0; byte--) {
      word = (word << 8) | ((text.charCodeAt(at + byte) || 0) & 0x7f);
    }
    kernel.emit.store(gpa + at, word);
  }
}
