// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation } from './process-operation.js';

/** What became of a system call. */
export interface SystemCallOutcome {
  /** The value returned, or the positive errno if `failed`; null when the trace gives none. */
  readonly result: number | null;
  /** Whether it returned an error. */
  readonly failed: boolean;
}

/** A system call that the traced program made. */
export interface SystemCallEvent extends SystemCallOutcome {
  /** A process makes a system call. */
  readonly kind: 'system-call';
  /** The event happens before the access at this index of the batch. */
  readonly position: number;
  /** The system call's number on the traced machine (i386: 45 is brk). */
  readonly number: number;
  /** As Valgrind names it, without the leading `sys_`; `ni_syscall` for one that it does not know. */
  readonly name: string;
  /**
   * As traced: addresses are *not* moved. Those that a guest kernel needs are in `operation`.
   * A plain number is a number; anything else is the text as it stands, for example
   * `0x820ad39(/proc/self/exe)`, or a number beyond 2^53.
   */
  readonly args: readonly (number | string)[];
  /** The child's process id, for a call that forked. */
  readonly child?: number;
  /** What it changes in the process; none: it is counted and passed over. */
  readonly operation?: ProcessOperation;
  /**
   * A further operation of the call before this event, not a call of its own: a range that lies in
   * one piece in the trace and in several in the guest, or `mremap`, which unmaps and maps.
   */
  readonly continued?: true;
  /** Line of the call, 1-based. */
  readonly line: number;
}

/**
 * The outcome of a system call that blocked while other code ran: there are accesses (or the end
 * of a batch) between the call and this. A call that shows its outcome at once has no such event,
 * and neither has one that a signal interrupted: its outcome stays null.
 */
export interface SystemCallResultEvent extends SystemCallOutcome {
  /** A system call of a process returned, later than the trace’s next line. */
  readonly kind: 'system-call-result';
  /** The event happens before the access at this index of the batch. */
  readonly position: number;
  /** Its number. */
  readonly number: number;
  /** Its name. */
  readonly name: string;
  /** Line of the outcome, 1-based. */
  readonly line: number;
  /** Line of the call that it belongs to, 1-based. */
  readonly callLine: number;
}

/** What happens between accesses. */
export type TraceEvent = SystemCallEvent | SystemCallResultEvent;
