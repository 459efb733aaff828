// SPDX-License-Identifier: GPL-2.0-or-later
import { GuestData, HYPERCALL_RING_SIZE, RING_ENTRY_BYTES, Register } from '@lguest-sim/abi';
import { PAGE_SIZE, Operation, type InstructionQueue } from '@lguest-sim/x86';
import { HOSTILE_LAYOUT } from './layout.js';
import type { HostileOperation } from './operation.js';

/** Words of a frame that `iret` takes to another ring. */
const FRAME_WORDS = 5;

type Of<K extends HostileOperation['do']> = Extract<HostileOperation, { do: K }>;

/** Operations that touch memory or trap, and need to know no more of the guest than is given here. */
export type PlainOperation = Of<
  'write' | 'touch' | 'fill' | 'copy' | 'interrupt' | 'raise' | 'call' | 'stack'
>;

/** Emits the instructions of an operation. @param base added to guest-physical addresses */
export function lower(queue: InstructionQueue, base: number, operation: PlainOperation): void {
  switch (operation.do) {
    case 'call': {
      const [a = 0, b = 0, c = 0, d = 0] = operation.args;
      return queue.push(Operation.hypercall, operation.number, a, b, c, d);
    }
    case 'write':
      return storeWords(queue, base + operation.gpa, operation.words);
    case 'touch':
      return touch(queue, operation);
    case 'fill': {
      const address = aligned(operation.address);
      const room = (PAGE_SIZE - (address % PAGE_SIZE)) / 4;
      const count = Math.min(operation.count, room);
      return queue.push(Operation.fill, address, operation.value, operation.step, count);
    }
    case 'copy':
      return queue.push(Operation.copyPage, pageOf(operation.from), pageOf(operation.to));
    case 'interrupt':
      return queue.push(Operation.interrupt, operation.vector);
    case 'raise':
      return queue.push(Operation.raise, operation.vector, operation.errorCode);
    case 'stack':
      return queue.push(Operation.setRegister, Register.esp, operation.esp);
  }
}

/** Emits the stores of one ring entry, its status last. The entries before it count as ready. */
export function queueCall(
  queue: InstructionQueue,
  base: number,
  slot: number,
  { status, number, args }: Of<'queue'>,
): void {
  const ring = base + HOSTILE_LAYOUT.data;
  const at = ring + GuestData.hcalls + (slot % HYPERCALL_RING_SIZE) * RING_ENTRY_BYTES;
  const [a = 0, b = 0, c = 0, d = 0] = args;
  storeWords(queue, at, [number, a, b, c, d]);
  const shift = 8 * (slot % 4);
  // Bytes are stored with the three beside them: what is behind the entry is not filled yet.
  const behind = shift === 24 ? 0 : -1 << (shift + 8);
  queue.push(
    Operation.store,
    ring + GuestData.hcallStatus + (slot & ~3),
    behind | (status << shift),
  );
}

/** Emits the frame below `esp` that `iret` then pops. */
export function returnTo(queue: InstructionQueue, esp: number, frame: Of<'return'>): void {
  const bottom = aligned(esp - 4 * FRAME_WORDS);
  storeWords(queue, bottom, [frame.eip, frame.cs, frame.eflags, frame.esp, frame.ss]);
  queue.push(Operation.setRegister, Register.esp, bottom);
  queue.push(Operation.iret);
}

function touch(queue: InstructionQueue, { kind, address }: Of<'touch'>): void {
  if (kind === 'fetch') queue.push(Operation.fetch, address);
  else if (kind === 'load') queue.push(Operation.load, aligned(address));
  else queue.push(Operation.store, aligned(address), address);
}

function storeWords(queue: InstructionQueue, address: number, words: readonly number[]): void {
  words.forEach((word, index) => {
    queue.push(Operation.store, aligned(address + 4 * index), word);
  });
}

/** The word that an address is in, modulo 2^32. */
function aligned(address: number): number {
  return (address & ~3) >>> 0;
}

function pageOf(address: number): number {
  return (address & ~(PAGE_SIZE - 1)) >>> 0;
}
