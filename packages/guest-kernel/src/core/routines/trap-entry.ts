// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, Register } from '@lguest-sim/abi';
import { pushesErrorCode, Vector } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { savedRegisters, TrapFrame } from '../trap-frame.js';
import { exception } from './exception.js';
import { pageFault } from './page-fault.js';
import { systemCall } from './system-call.js';
import { SYSTEM_CALL_VECTOR, TIMER_VECTOR } from './vectors.js';
import { timer } from './timer.js';

/**
 * The common beginning of every trap. Locals: vector, then gpa of the trap frame.
 *
 * The stack pointer moves first: should the trap's gate have left interrupts on, one may come
 * between any two of these instructions, and its frame must not land in this one.
 */
export const trapEntry = new Routine('trap entry', { save, dispatch });

function save(kernel: Kernel, { locals }: Frame): Step {
  const vector = locals[0]!;
  const hardware = kernel.emit.physical(kernel.register(Register.esp));
  const base = hardware - (pushesErrorCode(vector) ? TrapFrame.originalEax : TrapFrame.eip);
  kernel.emit.setRegister(Register.esp, kernel.emit.address(base));
  kernel.emit.storeWords(base, kernel.registers, savedRegisters);
  if (!pushesErrorCode(vector)) {
    const mark = vector === SYSTEM_CALL_VECTOR ? kernel.registers[Register.eax]! : ~vector;
    kernel.emit.store(base + TrapFrame.originalEax, mark);
  }
  kernel.emit.load(base + TrapFrame.originalEax);
  kernel.emit.load(base + TrapFrame.cs);
  if (vector === Vector.pageFault) kernel.emit.load(kernel.layout.guestData + GuestData.cr2);
  locals[1] = base;
  return dispatch;
}

function dispatch(kernel: Kernel, frame: Frame): Step {
  const vector = frame.locals[0]!;
  const base = frame.locals[1]!;
  const { words } = kernel.results;
  const code = words[0]!;
  const cs = words[1]!;
  // Loaded for a page fault only.
  const address = words[2]!;
  switch (vector) {
    case Vector.pageFault:
      return kernel.become(frame, pageFault, [base, cs, code, address]);
    case SYSTEM_CALL_VECTOR:
      return kernel.become(frame, systemCall, [base]);
    case TIMER_VECTOR:
      return kernel.become(frame, timer, [base]);
    default:
      return kernel.become(frame, exception, [base, cs, vector]);
  }
}
