// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GateType,
  GuestData,
  Hypercall,
  INTERRUPT_FLAG,
  Selector,
  SYSTEM_CALL_VECTOR,
  gateHigh,
  gateLow,
} from '@lguest-sim/abi';
import {
  Flag,
  Operation,
  PAGE_SIZE,
  TABLE_FLAGS,
  Vector,
  indexAt,
  type InstructionQueue,
  type PagingFormat,
} from '@lguest-sim/x86';
import { HOSTILE_LAYOUT, KERNEL_ADDRESS } from './layout.js';

const KERNEL_LEAF = Flag.present | Flag.writable;
const USER_LEAF = KERNEL_LEAF | Flag.user;
/** Four status bytes of entries that the guest may fill. */
const FREE_RING_ENTRIES = 0xffffffff;
const RING_STATUS_WORDS = 16;

/** Gates of an honest kernel: vector, type, privilege of who may use it with `int`. */
const gates: readonly (readonly [vector: number, type: number, privilege: number])[] = [
  [0, GateType.trap, 0],
  [3, GateType.trap, 3],
  [6, GateType.trap, 0],
  [7, GateType.interrupt, 0],
  [Vector.generalProtection, GateType.trap, 0],
  [Vector.pageFault, GateType.interrupt, 0],
  [32, GateType.interrupt, 0],
  [SYSTEM_CALL_VECTOR, GateType.trap, 3],
];

/**
 * Emits what sets the guest up, from linear memory to its first page tables (facts sheet, 5.1).
 * @param top guest-physical address of the first table
 */
export function boot(queue: InstructionQueue, format: PagingFormat, top: number): void {
  const { data, stackEnd } = HOSTILE_LAYOUT;
  describe(queue);
  makeTables(queue, format, [top, HOSTILE_LAYOUT.tops[1]]);
  call(queue, Hypercall.lguestInit, data);
  call(queue, Hypercall.newPgtable, top);
  for (const [vector, type, privilege] of gates) {
    const handler = HOSTILE_LAYOUT.handlers + 8 * vector;
    const high = gateHigh(handler, type, privilege);
    call(queue, Hypercall.loadIdtEntry, vector, gateLow(Selector.kernelCode, handler), high);
  }
  call(queue, Hypercall.setStack, Selector.kernelData, KERNEL_ADDRESS + stackEnd, 2);
}

/** Fills `struct lguest_data` in. */
function describe(queue: InstructionQueue): void {
  const { data } = HOSTILE_LAYOUT;
  const { hcallStatus } = GuestData;
  queue.push(Operation.fill, data + hcallStatus, FREE_RING_ENTRIES, 0, RING_STATUS_WORDS);
  queue.push(Operation.store, data + GuestData.irqEnabled, INTERRUPT_FLAG);
  queue.push(Operation.store, data + GuestData.kernelAddress, KERNEL_ADDRESS);
  queue.push(Operation.store, data + GuestData.syscallVector, SYSTEM_CALL_VECTOR);
}

function makeTables(queue: InstructionQueue, format: PagingFormat, tops: readonly number[]): void {
  const { kernelLeaves, userLeaves, kernelMiddle, userMiddle } = HOSTILE_LAYOUT;
  const { mappedPages, userPages, userPageCount } = HOSTILE_LAYOUT;
  const set = (table: number, index: number, value: number): void =>
    queue.push(Operation.store, table + index * format.entryBytes, value);
  for (let page = 0; page < mappedPages; page++) {
    set(kernelLeaves, page, page * PAGE_SIZE + KERNEL_LEAF);
  }
  for (let page = 0; page < userPageCount; page++) {
    set(userLeaves, page, userPages + page * PAGE_SIZE + USER_LEAF);
  }
  const hasMiddle = format.middle !== undefined;
  if (hasMiddle) {
    set(kernelMiddle, 0, kernelLeaves + TABLE_FLAGS);
    set(userMiddle, 0, userLeaves + TABLE_FLAGS);
  }
  const flags = format.top.tableFlags;
  for (const top of tops) {
    set(
      top,
      indexAt(format.top, KERNEL_ADDRESS),
      (hasMiddle ? kernelMiddle : kernelLeaves) + flags,
    );
    set(top, 0, (hasMiddle ? userMiddle : userLeaves) + flags);
  }
}

function call(queue: InstructionQueue, number: number, a = 0, b = 0, c = 0): void {
  queue.push(Operation.hypercall, number, a, b, c);
}
