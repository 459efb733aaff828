// SPDX-License-Identifier: GPL-2.0-or-later
import type { Routine } from '../routine.js';
import { bootLinear } from './boot-linear.js';
import { bootVirtual } from './boot-virtual.js';
import { createProcess } from './create-process.js';
import { exception } from './exception.js';
import { exit } from './exit.js';
import { freeTable } from './free-table.js';
import { pageFault } from './page-fault.js';
import { panic } from './panic.js';
import { schedule } from './schedule.js';
import { systemCall } from './system-call.js';
import { timer } from './timer.js';
import { trapEntry } from './trap-entry.js';
import { trapReturn } from './trap-return.js';

/** Every routine, in the order of their code in the text. */
export const routines: readonly Routine[] = [
  bootLinear,
  bootVirtual,
  trapEntry,
  trapReturn,
  pageFault,
  systemCall,
  timer,
  exception,
  schedule,
  createProcess,
  freeTable,
  exit,
  panic,
];
