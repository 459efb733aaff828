// SPDX-License-Identifier: GPL-2.0-or-later
import { Hypercall, Register, USER_PRIVILEGE, privilegeOf } from '@lguest-sim/abi';
import { AccessBatch } from '@lguest-sim/trace';
import { InstructionQueue, Operation, type PagingFormat } from '@lguest-sim/x86';
import { boot } from './boot.js';
import type { HostileOptions } from './check-operations.js';
import { HOSTILE_LAYOUT, KERNEL_ADDRESS, TEXT } from './layout.js';
import { lower, queueCall, returnTo } from './lower.js';
import { fillAccesses } from './fill-accesses.js';
import { MOST_ACCESSES, type HostileOperation, type ProcessAccess } from './operation.js';
import {
  hostileProcess,
  type HostileEvent,
  type HostileGuestSnapshot,
  type HostileProcess,
} from './hostile-state.js';

/** Bytes of text that an operation takes: where the guest is says which one it does. */
const OPERATION_BYTES = 16;
/** SHUTDOWN's second argument: power off. */
const POWER_OFF = 1;
/** System calls in a row after which a process of the guest touches what it cannot have. */
const MOST_SYSTEM_CALLS = 2;
/** In the guard page above the Switcher, which nobody has. */
const NOBODYS_ADDRESS = 0xfffff000;

/**
 * A guest whose kernel does what a list of operations says, in order, whatever comes of it.
 *
 * Each operation is done until its instructions have been executed, or until a trap or an interrupt
 * leads anywhere else: the rest of it is given up then, and the next one comes. After the last one the
 * guest switches itself off. It executes nothing but the CPU's instructions, so all that it does goes
 * through the MMU and the gates of its host CPU; it knows nothing of the host.
 */
export class HostileGuest {
  /** Where the vCPU starts, a guest-physical address. */
  readonly start = TEXT;
  /** What its process does in ring 3. */
  accesses = new AccessBatch(MOST_ACCESSES);
  /** What its kernel does in ring 1. */
  readonly instructions = new InstructionQueue();
  /** What its process has read. */
  checksum = 0;
  /** What its process writes next. */
  storeToken = 0;
  readonly #format: PagingFormat;
  readonly #operations: readonly HostileOperation[];
  /** Operations begun. */
  #next = 0;
  /** Where the guest is while it does the current one. */
  #eip: number = TEXT;
  /** Added to a guest-physical address: 0 as long as memory is linear. */
  #base = 0;
  #esp: number = HOSTILE_LAYOUT.stackEnd;
  #ringSlot = 0;
  #systemCalls = 0;
  #accessesBefore = 0;
  #hasBegun = false;
  #pages = new Set<number>();

  /** @param options checked already, see `checkHostileOptions` */
  constructor(format: PagingFormat, { operations }: HostileOptions) {
    this.#format = format;
    this.#operations = operations;
  }

  // ── For the CPU ───────────────────────────────────────────────────────────────────────────────

  /** The CPU goes on somewhere: where the guest was, or where a trap has led it. */
  resume(registers: Int32Array): void {
    if (privilegeOf(registers[Register.cs]!) === USER_PRIVILEGE) return;
    if (registers[Register.eip]! >>> 0 !== this.#eip) this.instructions.clear();
  }

  /** Puts the instructions of the next operation in. There always is one. */
  advance(registers: Int32Array): boolean {
    this.instructions.clear();
    this.#eip = TEXT + (this.#next % 0x10000) * OPERATION_BYTES;
    registers[Register.eip] = this.#eip;
    this.instructions.push(Operation.setRegister, Register.esp, this.#esp);
    const operation = this.#operations[this.#next];
    if (operation === undefined) this.#shutDown();
    else {
      this.#next++;
      this.#begin(operation);
    }
    return true;
  }

  /** A process of the guest has no accesses left: a system call; in vain for too long, a fault. */
  atLimit(): 'system-call' {
    if (++this.#systemCalls > MOST_SYSTEM_CALLS) this.#setAccesses([['store', NOBODYS_ADDRESS, 4]]);
    return 'system-call';
  }

  /** User mode used a page that came into the TLB. */
  pageFilled(vpn: number): void {
    this.#pages.add(vpn);
  }

  // ── For who watches it ────────────────────────────────────────────────────────────────────────

  /** Operations begun so far. */
  get operationsDone(): number {
    return this.#next;
  }

  /** No process of its own. */
  get running(): number {
    return -1;
  }

  /**
   * There is none.
   * @throws RangeError as it has none that could be fed
   */
  process(index: number): never {
    throw new RangeError(`a hostile guest has no process ${index} with a trace`);
  }

  /**
   * There is nothing to feed.
   * @throws RangeError likewise
   */
  supply(index: number): never {
    return this.process(index);
  }

  /** Its tables are its kernel's. */
  ownerOf(): number {
    return -1;
  }

  /** It is past its boot from the first, as far as anybody can tell. */
  takeEvents(): HostileEvent[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    return [{ kind: 'booted' }];
  }

  /** What it did in ring 3, as one process. */
  results(): HostileProcess[] {
    const accesses = this.#accessesBefore + this.accesses.position;
    return [hostileProcess(accesses, this.#pages.size, this.checksum)];
  }

  /** Its state as plain data. */
  snapshot(): HostileGuestSnapshot {
    const { addresses, info, length, position } = this.accesses;
    return {
      next: this.#next,
      eip: this.#eip,
      base: this.#base,
      esp: this.#esp,
      ringSlot: this.#ringSlot,
      systemCalls: this.#systemCalls,
      accessesBefore: this.#accessesBefore,
      hasBegun: this.#hasBegun,
      pages: [...this.#pages],
      checksum: this.checksum,
      storeToken: this.storeToken,
      instructions: this.instructions.snapshot(),
      addresses: addresses.slice(0, length),
      info: info.slice(0, length),
      position,
    };
  }

  /** Puts back what `snapshot` returned. */
  restore(snapshot: HostileGuestSnapshot): void {
    this.#next = snapshot.next;
    this.#eip = snapshot.eip;
    this.#base = snapshot.base;
    this.#esp = snapshot.esp;
    this.#ringSlot = snapshot.ringSlot;
    this.#systemCalls = snapshot.systemCalls;
    this.#accessesBefore = snapshot.accessesBefore;
    this.#hasBegun = snapshot.hasBegun;
    this.#pages = new Set(snapshot.pages);
    this.checksum = snapshot.checksum;
    this.storeToken = snapshot.storeToken;
    this.instructions.restore(snapshot.instructions);
    this.accesses.clear();
    this.accesses.addresses.set(snapshot.addresses);
    this.accesses.info.set(snapshot.info);
    this.accesses.length = snapshot.addresses.length;
    this.accesses.position = snapshot.position;
  }

  #begin(operation: HostileOperation): void {
    const { instructions } = this;
    switch (operation.do) {
      case 'boot':
        boot(instructions, this.#format, operation.top);
        this.#startPaging();
        return;
      case 'queue':
        return queueCall(instructions, this.#base, this.#ringSlot++, operation);
      case 'entry':
        return this.#writeEntry(operation);
      case 'return':
        this.#setAccesses(operation.accesses);
        this.#systemCalls = 0;
        return returnTo(instructions, this.#esp, operation);
      case 'stack':
        this.#esp = operation.esp;
        return lower(instructions, this.#base, operation);
      case 'call':
        lower(instructions, this.#base, operation);
        if (operation.number === Hypercall.newPgtable) this.#startPaging();
        return;
      default:
        return lower(instructions, this.#base, operation);
    }
  }

  #shutDown(): void {
    this.instructions.push(Operation.hypercall, Hypercall.shutdown, 0, POWER_OFF);
  }

  /** From now on memory is where `boot` puts it; a stack that was chosen before stays. */
  #startPaging(): void {
    if (this.#base !== 0) return;
    this.#base = KERNEL_ADDRESS;
    if (this.#esp === HOSTILE_LAYOUT.stackEnd) this.#esp += KERNEL_ADDRESS;
  }

  #writeEntry({ table, index, low, high }: Extract<HostileOperation, { do: 'entry' }>): void {
    const { entryBytes } = this.#format;
    const words = entryBytes === 8 ? [low, high] : [low];
    const gpa = table + index * entryBytes;
    lower(this.instructions, this.#base, { do: 'write', gpa, words });
  }

  #setAccesses(given: readonly ProcessAccess[]): void {
    const { accesses } = this;
    this.#accessesBefore += accesses.position;
    fillAccesses(accesses, given);
  }
}
