// SPDX-License-Identifier: GPL-2.0-or-later
import { privilegeOf, USER_PRIVILEGE } from '@lguest-sim/abi';
import type { Frame } from '../context.js';
import { ExitCode } from '../exit-code.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { exit } from './exit.js';
import { panicWith } from './panic.js';

/** Any other trap: the end of the process, or of the kernel. Locals: trap frame, cs, vector. */
export const exception = new Routine('exception', { begin });

function begin(kernel: Kernel, frame: Frame): Step {
  const [, cs, vector] = frame.locals as [number, number, number];
  if (privilegeOf(cs) !== USER_PRIVILEGE)
    return panicWith(kernel, frame, `trap ${vector} in the kernel`);
  return kernel.become(frame, exit, [ExitCode.exception]);
}
