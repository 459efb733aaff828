// SPDX-License-Identifier: GPL-2.0-or-later
import { INTERRUPT_FLAG, privilegeOf, Register, USER_PRIVILEGE } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { savedRegisters, TrapFrame } from '../trap-frame.js';
import { schedule } from './schedule.js';

/**
 * The common end of every trap. Local: gpa of the trap frame.
 *
 * Interrupts are off from `check` on, so that nothing can ask for another process between the look
 * at `rescheduleWanted` and the return. They come on again in `leave`, whose code is the part of the
 * text in which the host delivers none (`noirq_start` to `noirq_end`): they take effect with the
 * `iret`.
 */
export const trapReturn = new Routine('trap return', { check, decide, restore, leave });

/** The step whose code is the no-interrupt part of the text. */
export const NO_INTERRUPT_STEP: Step = leave;

function check(kernel: Kernel, { locals }: Frame): Step {
  kernel.setInterrupts(false);
  kernel.emit.load(locals[0]! + TrapFrame.cs);
  return decide;
}

function decide(kernel: Kernel): Step {
  const toUser = privilegeOf(kernel.results.words[0]!) === USER_PRIVILEGE;
  if (toUser && kernel.rescheduleWanted) return kernel.call(schedule, [0], restore);
  return restore;
}

function restore(kernel: Kernel, { locals }: Frame): Step {
  const base = locals[0]!;
  kernel.emit.loadWords(base, savedRegisters.length);
  kernel.emit.load(base + TrapFrame.eflags);
  return leave;
}

function leave(kernel: Kernel, { locals }: Frame): undefined {
  kernel.emit.setRegisters(savedRegisters, kernel.results.words);
  kernel.emit.setRegister(Register.esp, kernel.emit.address(locals[0]! + TrapFrame.eip));
  kernel.setInterrupts((kernel.results.words[savedRegisters.length]! & INTERRUPT_FLAG) !== 0);
  kernel.leave();
  return undefined;
}
