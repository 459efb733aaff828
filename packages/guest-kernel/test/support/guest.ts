// SPDX-License-Identifier: GPL-2.0-or-later
import type { PagingFormat } from '@lguest-sim/x86';
import { GuestKernel, type GuestKernelOptions, type Zeroing } from '../../src/index.js';
import { FlatVcpu, type Outcome } from './flat-vcpu.js';
import { Feeder, type Program } from './program.js';

export interface GuestSetup {
  readonly format: PagingFormat;
  readonly programs: readonly Program[];
  readonly memoryPages?: number;
  readonly kernelAddress?: number;
  readonly sliceNanoseconds?: number;
  readonly batchCapacity?: number;
  readonly zeroing?: Zeroing;
}

/** A guest kernel on a flat vCPU, with its programs fed to it. */
export class FlatGuest {
  kernel: GuestKernel;
  readonly cpu: FlatVcpu;
  readonly options: GuestKernelOptions;
  /** What each process runs, those made by forks included once they asked for it. */
  readonly programs: Program[];
  private readonly feeders: Feeder[];

  constructor(setup: GuestSetup) {
    const { format, programs, kernelAddress, sliceNanoseconds, batchCapacity, zeroing } = setup;
    const memoryPages = setup.memoryPages ?? 2048;
    this.options = {
      format,
      memoryPages,
      ...(kernelAddress === undefined ? {} : { kernelAddress }),
      ...(sliceNanoseconds === undefined ? {} : { sliceNanoseconds }),
      ...(zeroing === undefined ? {} : { zeroing }),
      processes: programs.map((_, index) => ({
        name: `program ${index}`,
        batchCapacity: batchCapacity ?? 64,
        storeToken: storeTokenOf(index),
      })),
    };
    this.kernel = new GuestKernel(this.options);
    this.cpu = new FlatVcpu(this.kernel, format, memoryPages, this.kernel.layout.text);
    this.programs = [...programs];
    this.feeders = programs.map((program) => new Feeder(program));
  }

  /** One step of the CPU, with input if it asks for some. */
  step(): Outcome {
    const outcome = this.cpu.step();
    if (outcome === 'starved') this.feed();
    return outcome;
  }

  /** Runs to the end, or until `condition` holds. Returns the steps made. */
  run(condition: () => boolean = () => false, limit = 5_000_000): number {
    for (let steps = 0; steps < limit; steps++) {
      if (condition()) return steps;
      if (this.step() === 'off') return steps;
    }
    throw new Error(`not at its end after ${limit} steps, at ${this.kernel.place ?? 'user mode'}`);
  }

  /** Goes on with a new kernel that has nothing but a snapshot of the old one. */
  replaceKernel(): void {
    const snapshot = structuredClone(this.kernel.snapshot());
    this.kernel = new GuestKernel(this.options);
    this.kernel.restore(snapshot);
    this.cpu.code = this.kernel;
  }

  /** The arguments of every hypercall of a kind, in order. */
  calls(number: number): readonly (readonly number[])[] {
    return this.cpu.hypercalls.filter((call) => call.number === number).map((call) => call.args);
  }

  private feed(): void {
    const { running } = this.kernel;
    const { batch } = this.kernel.process(running);
    const feeder = (this.feeders[running] ??= new Feeder(this.programOf(running)));
    this.kernel.supply(running, !feeder.fill(batch));
  }

  /** The program of a process, a child's by its process id. */
  programOf(index: number): Program {
    const { parent, pid } = this.kernel.process(index);
    return (this.programs[index] ??= this.programOf(parent).children![pid]!);
  }
}

/** Own numbers for each process's stores. */
export function storeTokenOf(index: number): number {
  return index * 0x01000000;
}
