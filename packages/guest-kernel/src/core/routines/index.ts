// SPDX-License-Identifier: GPL-2.0-or-later
import type { Routine } from '../routine.js';
import { bootLinear } from './boot-linear.js';
import { bootVirtual } from './boot-virtual.js';
import { changeMap } from './change-map.js';
import { changeRange } from './change-range.js';
import { copyTables } from './copy-tables.js';
import { createProcess } from './create-process.js';
import { exception } from './exception.js';
import { exec } from './exec.js';
import { exit } from './exit.js';
import { fork } from './fork.js';
import { freeTable } from './free-table.js';
import { idle } from './idle.js';
import { kmap, vmalloc } from './kernel-map.js';
import { newTables } from './new-tables.js';
import { pageFault } from './page-fault.js';
import { panic } from './panic.js';
import { queueCalls } from './queue-calls.js';
import { schedule } from './schedule.js';
import { sleep } from './sleep.js';
import { systemCall } from './system-call.js';
import { timer } from './timer.js';
import { trapEntry } from './trap-entry.js';
import { trapReturn } from './trap-return.js';
import { wait } from './wait.js';

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
  queueCalls,
  idle,
  newTables,
  createProcess,
  freeTable,
  exit,
  fork,
  copyTables,
  exec,
  wait,
  sleep,
  changeMap,
  changeRange,
  vmalloc,
  kmap,
  panic,
];
