// SPDX-License-Identifier: GPL-2.0-or-later
import { hypercallName } from '@lguest-sim/abi';
import { hex } from '@lguest-sim/x86';
import { HOSTILE_LAYOUT } from './layout.js';
import type { HostileOperation } from './operation.js';

/** An operation in one line, for people: `call SET_PTE 0x4000 0x1000 0x5067`. */
export function describeOperation(operation: HostileOperation): string {
  switch (operation.do) {
    case 'boot':
      return operation.top === HOSTILE_LAYOUT.tops[0]
        ? 'boot'
        : `boot, table at ${hex(operation.top)}`;
    case 'call':
      return `call ${callText(operation)}`;
    case 'queue':
      return `queue ${callText(operation)}, status ${hex(operation.status)}`;
    case 'entry': {
      const { table, index, low, high } = operation;
      const entry = high === 0 ? hex(low) : `${hex(high)}:${hex(low)}`;
      return `entry ${index} of table ${hex(table)} := ${entry}`;
    }
    case 'write':
      return `write ${hex(operation.gpa)} := ${operation.words.map(hex).join(' ')}`;
    case 'touch':
      return `${operation.kind} ${hex(operation.address)}`;
    case 'fill': {
      const { address, value, step, count } = operation;
      return `fill ${hex(address)} with ${count} words from ${hex(value)}, step ${hex(step)}`;
    }
    case 'copy':
      return `copy page ${hex(operation.from)} to ${hex(operation.to)}`;
    case 'return': {
      const { eip, cs, eflags, esp, ss, accesses } = operation;
      const frame = `${hex(cs)}:${hex(eip)}, eflags ${hex(eflags)}, ${hex(ss)}:${hex(esp)}`;
      const made = accesses.map(([kind, address, bytes]) => `${kind} ${hex(address)} (${bytes})`);
      return [`return to ${frame}`, ...made].join(', ');
    }
    case 'interrupt':
      return `int ${hex(operation.vector)}`;
    case 'raise':
      return `raise exception ${operation.vector}, error code ${hex(operation.errorCode)}`;
    case 'stack':
      return `stack at ${hex(operation.esp)}`;
  }
}

function callText({ number, args }: { number: number; args: readonly number[] }): string {
  return [hypercallName(number), ...args.map(hex)].join(' ');
}
