// SPDX-License-Identifier: GPL-2.0-or-later
import { AddressMover } from '../address-mover.js';
import type { TraceReader } from '../reader/trace-reader.js';
import type { SystemCallEvent } from '../trace-event.js';
import type { TraceSource } from '../trace-source.js';
import { noSuchProcess } from '../trace-tree.js';
import type { TraceTree } from '../trace-tree.js';
import { familyOf } from './family.js';
import type { Family, Member } from './family.js';
import { openTrace } from './open-trace.js';
import { scanTrace } from './scan-trace.js';
import type { ScannedTrace } from './scan-trace.js';
import { treeFiles } from './tree-files.js';

/** How to read a tree. */
export interface OpenTreeOptions {
  /** First address of the guest kernel, a multiple of 4 MiB; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
  /** What messages call the tree; the directory, or the root's file, unless given. */
  readonly name?: string;
  /** Readers of other forms than Lackey's and the packed one; see ChunksOptions. */
  readonly readers?: readonly TraceReader[];
  /** Calls the reading off; `openTree` then throws its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the logs of one program and its children: Lackey's, or packed, plain or gzip. A packed tree is
 * one file.
 *
 * Each log is read once, to its end, before anything runs: for its process id and its forks, for
 * what is wrong with it, and for the regions it uses. Where those go is settled then, so it depends
 * neither on the order in which the processes are run later nor on how many guests run them, and a
 * child finds what its parent left where the parent left it.
 *
 * @param paths a directory that holds the logs, or the logs.
 * @throws TraceError for a file or directory that cannot be read, an empty directory, a malformed
 *   log, two logs of one process, or logs that are not those of one program and its children. A
 *   child that is forked and has no log is no error: it is `missing`.
 * @throws RangeError for a kernel address that is no multiple of 4 MiB.
 */
export async function openTree(
  paths: string | readonly string[],
  options: OpenTreeOptions = {},
): Promise<TraceTree> {
  const given = typeof paths === 'string' ? [paths] : paths;
  const seen = new AddressMover(options.kernelAddress);
  const files = (await treeFiles(given)).sort();
  const traces: ScannedTrace[] = [];
  for (const path of files) traces.push(...(await scanTrace(path, seen, options)));
  const name = options.name ?? (given.length === 1 ? given[0]! : undefined);
  const family = familyOf(name ?? files[0]!, traces);
  const rootFile = family.members.get(family.root)!.path;
  const mover = AddressMover.arranged(seen.regions, options.kernelAddress);
  return new FileTree(name ?? rootFile, family, { mover, readers: options.readers ?? [] });
}

class FileTree implements TraceTree {
  readonly name: string;
  readonly root: number;
  readonly pids: readonly number[];
  readonly missing: readonly number[];
  readonly #members: ReadonlyMap<number, Member>;
  readonly #mover: AddressMover;
  readonly #readers: readonly TraceReader[];

  constructor(
    name: string,
    family: Family,
    { mover, readers }: { mover: AddressMover; readers: readonly TraceReader[] },
  ) {
    this.name = name;
    this.root = family.root;
    this.pids = [...family.members.keys()].sort((a, b) => a - b);
    this.missing = family.missing;
    this.#members = family.members;
    this.#mover = mover;
    this.#readers = readers;
  }

  has(pid: number): boolean {
    return this.#members.has(pid);
  }

  async open(pid: number): Promise<TraceSource> {
    const member = this.#members.get(pid);
    if (member === undefined) throw noSuchProcess(this.name, pid);
    const firstEvent = this.#execution(member);
    return await openTrace(member.path, {
      log: member.log,
      mover: this.#mover,
      readers: this.#readers,
      mayBeEmpty: true,
      ...(firstEvent && { firstEvent }),
    });
  }

  /**
   * The call with which a child became another program. Valgrind then starts its log anew, so the
   * call itself is lost: but the log tells another command than the parent's, and does not go on
   * where the fork was.
   */
  #execution({ header, parent }: Member): SystemCallEvent | undefined {
    const before = parent === undefined ? undefined : this.#members.get(parent)!.header.command;
    const { command, commandLine: line } = header;
    if (header.continuesFork || before === undefined || command === undefined) return undefined;
    if (command === before) return undefined;
    const outcome = { result: 0, failed: false, operation: { kind: 'exec' } } as const;
    const call = { kind: 'system-call', number: 11, name: 'execve', args: [command] } as const;
    return { ...call, ...outcome, position: 0, line };
  }
}
