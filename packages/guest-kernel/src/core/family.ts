// SPDX-License-Identifier: GPL-2.0-or-later
import type { Process } from './process.js';

/** In place of a process's index: nobody. */
export const NOBODY = -1;

/** In place of a process id to wait for: any child's, and none. */
export const ANY_CHILD = -1;
export const NO_CHILD = -2;

/**
 * A process has ended: its children are nobody's now, and if it is somebody's own, that one may be
 * waiting for it. What nobody will wait for is forgotten at once.
 */
export function mourn(processes: readonly Process[], ended: Process): void {
  for (const child of processes) {
    if (child.reaper !== ended.id) continue;
    child.reaper = NOBODY;
    if (child.hasEnded) child.isReaped = true;
  }
  const parent = processes[ended.reaper];
  if (parent === undefined) ended.isReaped = true;
  else if (matches(ended, parent.waitsFor)) parent.waitsFor = NO_CHILD;
}

/** Children of a process that it may still wait for, by process id or ANY_CHILD. */
export function childrenOf(
  processes: readonly Process[],
  parent: Process,
  pid: number,
): readonly Process[] {
  return processes.filter(
    (child) => child.reaper === parent.id && !child.isReaped && matches(child, pid),
  );
}

function matches(child: Process, pid: number): boolean {
  return pid === ANY_CHILD || child.pid === pid;
}
