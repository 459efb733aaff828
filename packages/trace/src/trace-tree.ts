// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceSource } from './trace-source.js';

/**
 * The traces of a program and its children. Processes are told apart by process id as traced; a
 * child is started by a `fork` operation that names it.
 */
export interface TraceTree {
  /** For results and messages. */
  readonly name: string;
  /** The process to start with. */
  readonly root: number;
  /** Processes of which there is a trace, ascending. */
  readonly pids: readonly number[];
  /**
   * Children that are forked and of which there is no trace, ascending, as far as that is known
   * before anything runs. Whoever forks one goes on without it.
   */
  readonly missing: readonly number[];
  /**
   * Whether system calls only count, and change nothing. So it is with a plain trace, which may be a
   * part of a program's, or several joined: what its calls say of the map need not fit its accesses.
   */
  readonly callsOnlyCount?: boolean;

  /** Whether there is a trace of this process. */
  has(pid: number): boolean;

  /**
   * Opens a process's trace at its beginning. It may be opened as often as there are guests to run
   * it; what it holds is the same each time, whatever was read before, and all processes of the tree
   * agree on where addresses are.
   *
   * @throws RangeError if there is no trace of this process.
   * @throws TraceError if it cannot be opened.
   */
  open(pid: number): Promise<TraceSource>;
}

/** Process id of what has none of its own. */
const ONLY_PID = 1;

/** Makes a tree of one process of a plain trace; its system calls only count. */
export function treeOfOne(trace: {
  readonly name: string;
  open(): Promise<TraceSource>;
}): TraceTree {
  const has = (pid: number): boolean => pid === ONLY_PID;
  return {
    name: trace.name,
    root: ONLY_PID,
    pids: [ONLY_PID],
    missing: [],
    callsOnlyCount: true,
    has,
    open: async (pid) => {
      if (!has(pid)) throw noSuchProcess(trace.name, pid);
      return await trace.open();
    },
  };
}

/** Says that a tree has no such process. */
export function noSuchProcess(name: string, pid: number): RangeError {
  return new RangeError(`${name}: there is no trace of process ${pid}`);
}
