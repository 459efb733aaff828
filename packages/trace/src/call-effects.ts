// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation } from './process-operation.js';
import type { SystemCallEvent } from './trace-event.js';

/** What there is to know of a system call. */
export type TracedCall = Pick<SystemCallEvent, 'name' | 'args' | 'result' | 'failed' | 'child'>;

/**
 * What a system call did to its process, addresses as traced. `fresh` where something new is
 * mapped that the program can reach.
 */
export type TracedEffect = ProcessOperation & { readonly fresh?: boolean };

const PAGE_BYTES = 4096;

const PROT_WRITE = 0x2;
const PROT_ANY = 0x7;
const CLONE_VM = 0x100;
const CLONE_VFORK = 0x4000;
const WNOHANG = 0x1;
const WEXITED = 0x4;
const WNOWAIT = 0x1000000;
const P_PID = 1;

/** By name as Valgrind prints it: i386's, and x86-64's where it has the same call. */
const EFFECTS: ReadonlyMap<string, (call: TracedCall) => readonly TracedEffect[]> = new Map([
  ['brk', brk],
  ['mmap', map],
  ['mmap2', map],
  ['old_mmap', map],
  ['munmap', unmap],
  ['mremap', remap],
  ['mprotect', protect],
  ['pkey_mprotect', protect],
  ['fork', fork],
  ['vfork', fork],
  ['clone', fork],
  ['clone3', fork],
  ['execve', exec],
  ['execveat', exec],
  ['waitpid', wait],
  ['wait4', wait],
  ['waitid', waitId],
  ['sched_yield', schedYield],
  ['exit', exit],
  ['exit_group', exit],
]);

/**
 * Tells what a system call did to the process that made it.
 *
 * A call that failed did nothing, and neither did one of which no outcome is known, with three
 * exceptions: `exit_group` has none that matters, a fork's line names the child, and a wait that the
 * death of a child interrupts has its outcome swallowed by the signal (Valgrind prints none).
 */
export function effectsOf(call: TracedCall): readonly TracedEffect[] {
  if (call.failed) return [];
  return EFFECTS.get(call.name)?.(call) ?? [];
}

/** Any `brk` tells where the break is, also one that only asks. */
function brk({ result }: TracedCall): readonly TracedEffect[] {
  return isAddress(result) ? [{ kind: 'brk', end: result }] : [];
}

function map({ args, result }: TracedCall): readonly TracedEffect[] {
  const [, length, protection] = args;
  const bytes = pagesOf(length);
  if (!isAddress(result) || bytes === 0) return [];
  const rights = typeof protection === 'number' ? protection : PROT_ANY;
  const writable = (rights & PROT_WRITE) !== 0;
  return [{ kind: 'map', start: result, bytes, writable, fresh: (rights & PROT_ANY) !== 0 }];
}

function unmap({ args, result }: TracedCall): readonly TracedEffect[] {
  const [start, length] = args;
  const bytes = pagesOf(length);
  if (result === null || !isAddress(start) || bytes === 0) return [];
  return [{ kind: 'unmap', start, bytes }];
}

/** What was there does not move along: the new place begins empty. */
function remap({ args, result }: TracedCall): readonly TracedEffect[] {
  const [start, oldLength, newLength] = args;
  if (!isAddress(start) || !isAddress(result)) return [];
  const [before, after] = [pagesOf(oldLength), pagesOf(newLength)];
  const kept = start === result ? Math.min(before, after) : 0;
  const effects: TracedEffect[] = [];
  if (before > kept) effects.push({ kind: 'unmap', start: start + kept, bytes: before - kept });
  if (after > kept) {
    const added = { start: result + kept, bytes: after - kept };
    effects.push({ kind: 'map', ...added, writable: true, fresh: true });
  }
  return effects;
}

function protect({ args, result }: TracedCall): readonly TracedEffect[] {
  const [start, length, rights] = args;
  const bytes = pagesOf(length);
  if (result === null || !isAddress(start) || bytes === 0 || typeof rights !== 'number') return [];
  const accessible = (rights & PROT_ANY) !== 0;
  return [{ kind: 'protect', start, bytes, accessible, writable: (rights & PROT_WRITE) !== 0 }];
}

function fork(call: TracedCall): readonly TracedEffect[] {
  const child = call.child ?? (startsThread(call) ? null : call.result);
  return child === null || child <= 0 ? [] : [{ kind: 'fork', child }];
}

/** Whether a call of the clone family made a thread, which shares the address space, or may have. */
export function startsThread({ name, args, child }: TracedCall): boolean {
  if (child !== undefined || !name.startsWith('clone')) return false;
  const [flags] = args;
  if (name !== 'clone' || typeof flags !== 'number') return true;
  return (flags & CLONE_VM) !== 0 && (flags & CLONE_VFORK) === 0;
}

function exec({ result }: TracedCall): readonly TracedEffect[] {
  return result === null ? [] : [{ kind: 'exec' }];
}

function wait({ args, result }: TracedCall): readonly TracedEffect[] {
  const [pid, , options] = args;
  // The child that was found, be it that the call would not have waited for it: what follows in
  // the trace is what a parent does whose child has ended.
  if (result !== null) return result > 0 ? [waitFor(result)] : [];
  if (typeof options === 'number' && (options & WNOHANG) !== 0) return [];
  return [waitFor(pid)];
}

/** Its result does not tell whether a child was found. */
function waitId({ args }: TracedCall): readonly TracedEffect[] {
  const [type, id, , options] = args;
  if (typeof options !== 'number') return [];
  if ((options & WEXITED) === 0 || (options & (WNOHANG | WNOWAIT)) !== 0) return [];
  return [waitFor(type === P_PID ? id : undefined)];
}

function waitFor(pid: number | string | undefined): TracedEffect {
  const one = typeof pid === 'number' && pid > 0 && pid < 2 ** 31;
  return { kind: 'wait', child: one ? pid : null, blocks: true };
}

function exit(): readonly TracedEffect[] {
  return [{ kind: 'exit' }];
}

function schedYield(): readonly TracedEffect[] {
  return [{ kind: 'yield' }];
}

function isAddress(value: number | string | null | undefined): value is number {
  return typeof value === 'number' && value >= 0;
}

/** A length rounded up to whole pages; 0 for what is none. */
function pagesOf(length: number | string | undefined): number {
  return isAddress(length) ? Math.ceil(length / PAGE_BYTES) * PAGE_BYTES : 0;
}
