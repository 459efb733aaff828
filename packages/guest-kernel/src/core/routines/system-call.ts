// SPDX-License-Identifier: GPL-2.0-or-later
import type { SystemCallEvent } from '@lguest-sim/trace';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { TrapFrame } from '../trap-frame.js';
import { exit } from './exit.js';
import { trapReturn } from './trap-return.js';

/** What a call returns whose outcome the trace does not tell: -ENOSYS. */
const NO_OUTCOME = -38;

/**
 * `int 0x80`. Local: gpa of the trap frame.
 *
 * A call of the trace is counted and passed over, with the outcome that the traced program got. The
 * one that the trace does not hold is the exit_group with which the process ends: `atLimit` made it
 * up when the trace was over.
 */
export const systemCall = new Routine('system call', { begin });

function begin(kernel: Kernel, frame: Frame): Step {
  const base = frame.locals[0]!;
  const process = kernel.process!;
  const call = process.takeSystemCall();
  if (call === undefined) {
    return kernel.become(frame, exit, [process.calledExit ? ExitCode.exit : ExitCode.endOfTrace]);
  }
  kernel.emit.store(base + TrapFrame.eax, outcomeOf(call));
  return kernel.become(frame, trapReturn, [base]);
}

function outcomeOf({ result, failed }: SystemCallEvent): number {
  if (result === null) return NO_OUTCOME;
  return failed ? -result : result;
}
