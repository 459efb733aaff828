// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall } from '@lguest-sim/abi';
import type { ProcessOperation } from '@lguest-sim/trace';
import { PAGE_SIZE, type GuestVirtual } from '@lguest-sim/x86';
import type { Frame } from '../context.js';
import type { Kernel } from '../kernel.js';
import { Routine, type Step } from '../routine.js';
import { changeRange, RANGE_CHANGED, RangeChange } from './change-range.js';

/** System calls that change a process's map. */
export type MapOperation = Extract<ProcessOperation, { kind: 'brk' | 'map' | 'unmap' | 'protect' }>;

/**
 * The current process's map changes: first its areas, then its pages (a page appears when it is
 * touched, so only what is there matters). Locals: first byte and first byte beyond the range, whole
 * pages; a RangeChange; whether the range becomes an area afterwards, and if so, a writable one.
 */
export const changeMap = new Routine('change map', { begin, done });

const START = 0;
const END = 1;
const AREA = 3;

const NO_AREA = 0;
const READ_ONLY_AREA = 1;
const WRITABLE_AREA = 2;

/** Does what an operation changes in the areas at once, and returns the routine's locals. */
export function mapChange(kernel: Kernel, operation: MapOperation): number[] {
  if (operation.kind === 'brk') return breakChange(kernel, operation.end);
  const start = clip(kernel, operation.start);
  const end = Math.max(start, clip(kernel, roundUp(operation.start + operation.bytes)));
  const { areas } = kernel.process!;
  if (operation.kind === 'protect') {
    const { accessible, writable } = operation;
    areas.set({ start, end, accessible, writable });
    const { makeAccessible, makeInaccessible } = RangeChange;
    return [start, end, accessible ? makeAccessible : makeInaccessible, NO_AREA];
  }
  areas.remove(start, end);
  if (operation.kind === 'unmap') return [start, end, RangeChange.take, NO_AREA];
  const area = operation.writable ? WRITABLE_AREA : READ_ONLY_AREA;
  return [start, end, RangeChange.take, area];
}

/** The heap's end moves. What was beyond an end that nobody knew is nobody's to take. */
function breakChange(kernel: Kernel, wanted: GuestVirtual): number[] {
  const process = kernel.process!;
  const end = clip(kernel, roundUp(wanted));
  const before = process.programBreak === 0 ? end : clip(kernel, roundUp(process.programBreak));
  process.programBreak = wanted;
  if (end >= before) {
    // What was out of reach there comes back into it.
    const first = process.areas.hides(before, end) ? before : end;
    process.areas.set({ start: before, end, accessible: true, writable: true });
    return [first, end, RangeChange.makeAccessible, NO_AREA];
  }
  process.areas.remove(end, before);
  return [end, before, RangeChange.take, NO_AREA];
}

function roundUp(address: GuestVirtual): GuestVirtual {
  return Math.ceil(address / PAGE_SIZE) * PAGE_SIZE;
}

/** Start of an address's page, below the kernel. */
function clip({ layout }: Kernel, address: GuestVirtual): GuestVirtual {
  const inside = Math.min(Math.max(address, 0), layout.pageOffset);
  return inside - (inside % PAGE_SIZE);
}

function begin(kernel: Kernel, { locals }: Frame): Step {
  const [start, end, change] = locals as [number, number, number];
  kernel.context!.value = 0;
  if (start >= end) return done;
  return kernel.call(changeRange, [0, kernel.task.directory, 0, start, end, change, 0], done);
}

function done(kernel: Kernel, { locals }: Frame): undefined {
  if (kernel.context!.value === RANGE_CHANGED) kernel.emit.hypercall(Hypercall.flushTlb, 0);
  if (locals[AREA] === NO_AREA) return;
  const writable = locals[AREA] === WRITABLE_AREA;
  kernel.process!.areas.set({
    start: locals[START]!,
    end: locals[END]!,
    accessible: true,
    writable,
  });
}
