// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch, INFO_CONTINUATION, INFO_SIZE_SHIFT } from '@lguest-sim/trace';
import { InstructionQueue } from '@lguest-sim/x86';
import type { AtLimit, GuestCode } from '../../src/index.js';

/** One access as tests write it. */
export interface TestAccess {
  readonly address: number;
  /** `AccessKind` */
  readonly kind: number;
  readonly size: number;
  readonly continuation?: boolean;
}

/** A batch that holds the given accesses. */
export function batchOf(accesses: readonly TestAccess[]): AccessBatch {
  const batch = new AccessBatch(Math.max(4, accesses.length));
  for (const { address, kind, size, continuation = false } of accesses) {
    batch.addresses[batch.length] = address;
    batch.info[batch.length++] =
      (size << INFO_SIZE_SHIFT) | (continuation ? INFO_CONTINUATION : 0) | kind;
  }
  return batch;
}

/** A guest whose code is what the test puts in it; keeps a log of what the CPU asked it. */
export class ScriptedCode implements GuestCode {
  accesses: AccessBatch;
  instructions = new InstructionQueue();
  checksum = 0;
  storeToken = 0;
  /** Calls of resume, advance and atLimit, in order. */
  readonly log: string[] = [];
  /** Arguments of pageFilled, in order. */
  readonly filled: number[] = [];
  /** What `resume` and `advance` do, if anything. */
  onResume: (registers: Int32Array) => void = () => undefined;
  onAdvance: (registers: Int32Array) => boolean = () => false;
  onLimit: (registers: Int32Array) => AtLimit = () => 'starved';

  constructor(accesses: readonly TestAccess[] = []) {
    this.accesses = batchOf(accesses);
  }

  resume(registers: Int32Array): void {
    this.log.push('resume');
    this.onResume(registers);
  }

  advance(registers: Int32Array): boolean {
    this.log.push('advance');
    return this.onAdvance(registers);
  }

  atLimit(registers: Int32Array): AtLimit {
    this.log.push('atLimit');
    return this.onLimit(registers);
  }

  pageFilled(vpn: number): void {
    this.filled.push(vpn);
  }
}
