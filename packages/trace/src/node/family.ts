// SPDX-License-Identifier: GPL-2.0-or-later
import { TraceError } from '../trace-error.js';
import type { ScannedTrace } from './scan-trace.js';

/** Process id of an only trace that does not tell its own. */
const ONLY_PID = 1;

/** Who forked whom. */
export interface Family {
  readonly root: number;
  /** By process id. */
  readonly members: ReadonlyMap<number, Member>;
  /** Children of whom there is no trace, ascending. */
  readonly missing: readonly number[];
}

/** A process of a tree. */
export interface Member extends ScannedTrace {
  /** The process that forked it; undefined for the root. */
  parent: number | undefined;
}

/**
 * Finds out who forked whom: what the logs show of forks counts. What a log says of its own parent
 * tells only which log lacks a fork.
 *
 * @param name the tree's, for messages.
 * @throws TraceError if the traces are not those of one program and its children.
 */
export function familyOf(name: string, traces: readonly ScannedTrace[]): Family {
  const members = new Map<number, Member>();
  for (const trace of traces) addMember(members, trace, traces.length === 1);
  const missing = new Set<number>();
  for (const [pid, { path, forks }] of members) {
    for (const { child, line } of forks) {
      const member = members.get(child);
      if (member === undefined) missing.add(child);
      else if (member.parent === undefined) member.parent = pid;
      else throw noTree(path, `expected a child that no one forked before, found ${child}`, line);
    }
  }
  const root = findRoot(name, members);
  checkDescent(name, root, members);
  return { root, members, missing: [...missing].sort((a, b) => a - b) };
}

function addMember(members: Map<number, Member>, trace: ScannedTrace, only: boolean): void {
  const pid = trace.header.pid ?? (only ? ONLY_PID : undefined);
  if (pid === undefined) {
    throw noTree(
      trace.path,
      'expected a remark such as "==123== Parent PID: 122", which tells the process, found none at the beginning',
    );
  }
  const twin = members.get(pid);
  if (twin !== undefined) {
    const problem = `expected one log a process, found that of process ${pid} in ${twin.path} too`;
    throw new TraceError('TRACE_TWICE', trace.path, problem);
  }
  members.set(pid, { ...trace, parent: undefined });
}

function findRoot(name: string, members: ReadonlyMap<number, Member>): number {
  const roots = [...members].filter(([, { parent }]) => parent === undefined);
  const [first, second] = roots;
  if (first === undefined) {
    throw noTree(name, 'expected a process that none of the others forked, found none');
  }
  if (second === undefined) return first[0];
  for (const [pid, { path, header }] of roots) {
    const parent = header.parent === undefined ? undefined : members.get(header.parent);
    if (parent === undefined) continue;
    throw noTree(path, `expected a fork of process ${pid} in ${parent.path}, found none`);
  }
  const found = [first, second].map(([pid, { path }]) => `process ${pid} (${path})`);
  throw noTree(
    name,
    `expected the logs of one program and its children, found two that no other forked: ${found.join(' and ')}`,
  );
}

/** Makes sure that nobody is their own ancestor. */
function checkDescent(name: string, root: number, members: ReadonlyMap<number, Member>): void {
  for (const pid of members.keys()) {
    const seen = new Set<number>();
    for (let at = pid; at !== root; at = members.get(at)!.parent!) {
      if (seen.has(at)) {
        throw noTree(name, `expected each process to descend from ${root}, found ${pid}`);
      }
      seen.add(at);
    }
  }
}

function noTree(file: string, problem: string, line?: number): TraceError {
  return new TraceError('TRACE_NO_TREE', file, problem, line === undefined ? {} : { line });
}
