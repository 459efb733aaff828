// SPDX-License-Identifier: GPL-2.0-or-later
import type { MemoryWatcher } from '@lguest-sim/guest-kernel';
import type { ProcessOperation } from '@lguest-sim/trace';
import type { GuestVirtual } from '@lguest-sim/x86';
import type { SimulationConfig } from './config.js';
import { CheckFailure, type CheckFinding } from './check-failure.js';
import { MemoryModel, type MemoryModelSnapshot } from './memory-model.js';

/** A checker's whole state as plain data: the memory of each process that has some. */
export type CheckerSnapshot = readonly (readonly [process: number, memory: MemoryModelSnapshot])[];

/** What a checker has to know of its guest. */
export interface CheckerOptions {
  readonly guest: number;
  /** How the run is set up, for failures to tell. */
  readonly config: SimulationConfig;
  /** First address of the guest kernel. */
  readonly kernelAddress: GuestVirtual;
  /** Index of the running process. */
  running(): number;
  process(index: number): CheckedProcess;
}

/** A process, as failures tell of it. */
export interface CheckedProcess {
  readonly name: string;
  /** Accesses that it completed. */
  readonly accesses: number;
}

/** Bytes that a failure shows: of a longer load, those from the first one that is wrong. */
const SHOWN_BYTES = 8;

/**
 * Holds every load of one guest's processes against what each of them last stored there. A guest
 * cannot tell that it has a host, so there is never a difference; if there is one, some page was
 * another's, or an old one, or a lost one.
 */
export class Checker implements MemoryWatcher {
  private readonly options: CheckerOptions;
  private readonly memories = new Map<number, MemoryModel>();

  constructor(options: CheckerOptions) {
    this.options = options;
  }

  stored(address: GuestVirtual, size: number, token: number): void {
    this.current.store(address, size, token);
  }

  /** @throws CheckFailure if this is not what the process last stored there */
  loaded(address: GuestVirtual, size: number, hostBytes: Uint8Array, physical: number): void {
    const memory = this.current;
    if (memory.holds(address, size, hostBytes, physical)) return;
    throw this.failure(memory, { address, size, hostBytes, physical });
  }

  operation(process: number, operation: ProcessOperation): void {
    this.memoryOf(process).apply(operation);
  }

  forked(parent: number, child: number): void {
    this.memories.set(child, this.memoryOf(parent).fork());
  }

  ended(process: number): void {
    this.memories.delete(process);
  }

  snapshot(): CheckerSnapshot {
    return [...this.memories].map(([process, memory]) => [process, memory.snapshot()]);
  }

  restore(snapshot: CheckerSnapshot): void {
    this.memories.clear();
    for (const [process, memory] of snapshot) this.memoryOf(process).restore(memory);
  }

  private get current(): MemoryModel {
    return this.memoryOf(this.options.running());
  }

  private memoryOf(process: number): MemoryModel {
    const known = this.memories.get(process);
    if (known !== undefined) return known;
    const memory = new MemoryModel(this.options.kernelAddress);
    this.memories.set(process, memory);
    return memory;
  }

  private failure(memory: MemoryModel, load: Load): CheckFailure {
    const { guest, config } = this.options;
    const process = this.options.running();
    const { name, accesses } = this.options.process(process);
    const { address, size } = load;
    let skip = 0;
    const isRight = (k: number): boolean => memory.byte(address + k) === foundByte(load, k);
    if (size > SHOWN_BYTES) while (isRight(skip)) skip++;
    const shown = Math.min(size - skip, SHOWN_BYTES);
    const finding: CheckFinding = {
      guest,
      process,
      trace: name,
      position: accesses,
      address: address + skip,
      expected: numeral(shown, (k) => memory.byte(address + skip + k)),
      found: numeral(shown, (k) => foundByte(load, skip + k)),
    };
    return new CheckFailure(finding, config);
  }
}

interface Load {
  readonly address: GuestVirtual;
  readonly size: number;
  readonly hostBytes: Uint8Array;
  readonly physical: number;
}

function foundByte({ hostBytes, physical }: Load, k: number): number {
  return hostBytes[physical + k]!;
}

/** Bytes in ascending order of address as one little-endian number. */
function numeral(size: number, byte: (k: number) => number): string {
  const digits = Array.from({ length: size }, (_, k) => byte(k).toString(16).padStart(2, '0'));
  return `0x${digits.reverse().join('')}`;
}
