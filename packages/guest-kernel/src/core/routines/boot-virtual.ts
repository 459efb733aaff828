// SPDX-License-Identifier: GPL-2.0-or-later
import { GateType, GDT_ENTRIES, GuestData, Hypercall, Selector } from '@lguest-sim/abi';
import { Vector } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { entryAt, storeEntry } from '../tables.js';
import { createProcess, NEW_FRAME } from './create-process.js';
import { idle } from './idle.js';
import { shutdown } from './panic.js';
import { stackCall } from './schedule.js';
import { startSlice } from './slice.js';
import { SYSTEM_CALL_VECTOR, TIMER_VECTOR } from './vectors.js';

/**
 * The rest of the boot, at the kernel's own addresses (facts sheet 5.1): segments, `swapper_pg_dir`,
 * gates, stack, processes. What boots the machine becomes the idle task, until no process is left.
 * Local: index of the process that is made next.
 */
export const bootVirtual = new Routine('boot', {
  loadSegments,
  readKernelEntries,
  writeKernelEntries,
  loadGates,
  prepareTraps,
  makeProcess,
  run,
  powerOff,
  off,
});

/** Flat 4 GiB segments, by index in the GDT: low word, high word. */
const FLAT = 0x0000ffff;
const segments: ReadonlyMap<number, readonly [low: number, high: number]> = new Map([
  [Selector.kernelCode >> 3, [FLAT, 0x00cf9a00]],
  [Selector.kernelData >> 3, [FLAT, 0x00cf9200]],
  [Selector.userCode >> 3, [FLAT, 0x00cffa00]],
  [Selector.userData >> 3, [FLAT, 0x00cff200]],
]);

/** Exceptions that get a gate. The host keeps 2, 8, 15 and 31 for itself. */
const exceptionVectors: readonly number[] = [
  0, 1, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19,
];

/** Breakpoint and overflow: processes raise them with instructions of their own. */
const userVectors: readonly number[] = [3, 4, SYSTEM_CALL_VECTOR];

const GATE_PRESENT = 0x8000;

function loadSegments(kernel: Kernel): Step {
  for (let index = 0; index < GDT_ENTRIES; index++) {
    const [low, high] = segments.get(index) ?? [0, 0];
    kernel.emit.hypercall(Hypercall.loadGdtEntry, index, low, high);
  }
  return readKernelEntries;
}

function readKernelEntries(kernel: Kernel): Step {
  const { format, kernelTopIndex, initialTop } = kernel.layout;
  for (let index = kernelTopIndex; index < format.top.entries; index++) {
    kernel.emit.load(entryAt(format, initialTop, index));
  }
  return writeKernelEntries;
}

/** `swapper_pg_dir` has the kernel's entries and nothing below; every process starts from it. */
function writeKernelEntries(kernel: Kernel): Step {
  const { format, kernelTopIndex, swapperTop } = kernel.layout;
  kernel.results.values().forEach((entry, index) => {
    if (entry !== 0) storeEntry(kernel, entryAt(format, swapperTop, kernelTopIndex + index), entry);
  });
  kernel.emit.hypercall(Hypercall.newPgtable, swapperTop);
  kernel.emit.hypercall(Hypercall.flushTlb, 1);
  return loadGates;
}

/**
 * Page faults and interrupts turn interrupts off on their way in; a trap gate, as for system calls,
 * is what the host lets go direct.
 */
function loadGates(kernel: Kernel): Step {
  for (const vector of exceptionVectors) {
    loadGate(kernel, vector, vector === Vector.pageFault ? GateType.interrupt : GateType.trap);
  }
  loadGate(kernel, TIMER_VECTOR, GateType.interrupt);
  loadGate(kernel, SYSTEM_CALL_VECTOR, GateType.trap);
  return prepareTraps;
}

function loadGate(kernel: Kernel, vector: number, type: number): void {
  const address = kernel.emit.address(kernel.text.stub(vector));
  const offsetLow = address % 0x10000;
  const privilege = userVectors.includes(vector) ? 3 : 0;
  const low = Selector.kernelCode * 0x10000 + offsetLow;
  const high = address - offsetLow + (GATE_PRESENT | (privilege << 13) | (type << 8));
  kernel.emit.hypercall(Hypercall.loadIdtEntry, vector, low, high);
}

function prepareTraps(kernel: Kernel): Step {
  kernel.emit.hypercall(...stackCall(kernel, kernel.idle));
  kernel.emit.store(kernel.layout.guestData + GuestData.blockedInterrupts, 0);
  return makeProcess;
}

function makeProcess(kernel: Kernel, { locals }: Frame): Step {
  const index = locals[0]!++;
  if (index === kernel.initialProcesses) return run;
  return kernel.call(createProcess, [index, NEW_FRAME], makeProcess);
}

function run(kernel: Kernel): Step {
  kernel.events.push({ kind: 'booted' });
  startSlice(kernel);
  return kernel.call(idle, [], powerOff);
}

function powerOff(kernel: Kernel): Step {
  shutdown(kernel, 'Power down');
  return off;
}

function off(): undefined {
  return undefined;
}
