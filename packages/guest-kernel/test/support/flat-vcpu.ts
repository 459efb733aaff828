// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GateType,
  GuestData,
  Hypercall,
  HYPERCALL_RING_SIZE,
  HYPERCALL_VECTOR,
  INTERRUPT_FLAG,
  Register,
  REGISTER_WORDS,
  RING_ENTRY_BYTES,
  RING_ENTRY_FREE,
  Selector,
} from '@lguest-sim/abi';
import { AccessKind, INFO_KIND_MASK, INFO_SIZE_SHIFT, type AccessBatch } from '@lguest-sim/trace';
import {
  hex,
  Operation,
  pushesErrorCode,
  Vector,
  type InstructionQueue,
  type PagingFormat,
  instructionWords,
} from '@lguest-sim/x86';
import { EntryCache } from './entry-cache.js';
import { FlatMemory, NOT_MAPPED } from './flat-memory.js';

/** What this CPU runs: the same interface as the machine's CPU asks for. */
export interface GuestCode {
  readonly accesses: AccessBatch;
  readonly instructions: InstructionQueue;
  resume(registers: Int32Array): void;
  advance(registers: Int32Array): boolean;
  atLimit(registers: Int32Array): 'system-call' | 'starved';
  pageFilled(vpn: number): void;
  checksum: number;
  storeToken: number;
}

export type Outcome = 'running' | 'starved' | 'off';

export interface HypercallRecord {
  readonly number: number;
  readonly args: readonly number[];
  /** Queued in the asynchronous ring. */
  readonly fromRing?: true;
}

/** A host looks for interrupts at every exit, and there is one at least after so many instructions. */
const HOST_TICK = 200;

/**
 * The machine without lguest: one CPU that runs guest code on memory of its own, with the guest's
 * tables as its page tables. A hypercall does what the bare machine would do in its place, and is
 * checked against the tables in memory. Interrupts arrive between any two instructions.
 */
export class FlatVcpu {
  readonly memory: FlatMemory;
  readonly registers = new Int32Array(REGISTER_WORDS);
  readonly hypercalls: HypercallRecord[] = [];
  readonly gates = new Map<number, readonly [low: number, high: number]>();
  readonly descriptors = new Map<number, readonly [low: number, high: number]>();
  /** What a host would remember of the guest's tables. */
  readonly cache: EntryCache;
  code: GuestCode;
  guestData = 0;
  sp1 = 0;
  ss1 = 0;
  /** Instructions and accesses completed. */
  now = 0;
  off = false;
  message = '';
  /** HALT: nothing is executed before the next interrupt. */
  halted = false;
  /** Longest row of ring entries that one hypercall drained. */
  longestDrain = 0;
  private ringNext = 0;
  private timerAt = Infinity;
  private timerPending = false;
  /** An interrupt that is not let in waits for the next exit, as it does with a host. */
  looksAtExits = false;
  /** An interrupt that was not let in waits until the host looks again. */
  private nextLook = 0;
  private mustResume = true;

  constructor(code: GuestCode, format: PagingFormat, pages: number, entry: number) {
    this.code = code;
    this.memory = new FlatMemory(format, pages);
    this.cache = new EntryCache(this.memory, pages);
    this.registers[Register.cs] = Selector.kernelCode;
    this.registers[Register.ss] = Selector.kernelData;
    this.registers[Register.ds] = Selector.kernelData;
    this.registers[Register.es] = Selector.kernelData;
    this.registers[Register.eflags] = 0x202;
    this.registers[Register.eip] = entry;
  }

  get inUser(): boolean {
    return (this.registers[Register.cs]! & 3) === 3;
  }

  /** Executes one instruction or access, or takes one interrupt or fault. */
  step(): Outcome {
    if (this.off) return 'off';
    if (this.now >= this.timerAt) {
      this.timerAt = Infinity;
      this.timerPending = true;
    }
    if (this.timerPending && (this.halted || this.now >= this.nextLook)) this.interrupt();
    if (this.halted) {
      if (this.timerAt === Infinity) throw new Error('halted, and nothing will wake it');
      this.now++;
      return 'running';
    }
    if (this.mustResume) {
      this.mustResume = false;
      this.code.resume(this.registers);
    }
    return this.inUser ? this.stepUser() : this.stepKernel();
  }

  /** As after a round trip to the host that the guest must not notice. */
  retry(): void {
    this.mustResume = true;
  }

  /** The timer goes off now, asked for or not. */
  tick(): void {
    this.timerPending = true;
  }

  /** An exception at the present instruction. */
  raise(vector: number): void {
    this.deliver(vector, 0);
  }

  private interrupt(): void {
    const irq = this.guestData + GuestData.irqEnabled;
    if (this.halted) this.memory.write(irq, INTERRUPT_FLAG);
    this.halted = false;
    if (this.interruptible()) {
      this.timerPending = false;
      this.memory.write(this.guestData + GuestData.irqPending, 0);
      this.deliver(32, 0);
    } else if (this.guestData !== 0) {
      this.memory.write(this.guestData + GuestData.irqPending, INTERRUPT_FLAG);
      if (this.looksAtExits) this.nextLook = this.now + HOST_TICK;
    }
  }

  private interruptible(): boolean {
    if (this.guestData === 0) return false;
    const data = (offset: number) => this.memory.read(this.guestData + offset);
    const eip = this.registers[Register.eip]! >>> 0;
    if (eip >= data(GuestData.noirqStart) && eip < data(GuestData.noirqEnd)) return false;
    return data(GuestData.irqEnabled) !== 0 && (data(GuestData.blockedInterrupts) & 1) === 0;
  }

  private stepUser(): Outcome {
    const { code, registers, memory } = this;
    const batch = code.accesses;
    if (batch.position >= batch.limit) {
      if (code.atLimit(registers) === 'starved') return 'starved';
      this.deliver(0x80, 0);
      return 'running';
    }
    const address = batch.addresses[batch.position]!;
    const info = batch.info[batch.position]!;
    const kind = info & INFO_KIND_MASK;
    const gpa = memory.translate(address, kind === AccessKind.store, true);
    if (gpa === NOT_MAPPED) return this.pageFault(address);
    this.cache.use(address);
    code.pageFilled(address >>> 12);
    if (kind === AccessKind.load) this.userLoad(gpa, info >> INFO_SIZE_SHIFT);
    if (kind === AccessKind.store) this.userStore(gpa, info >> INFO_SIZE_SHIFT);
    if (kind === AccessKind.fetch) registers[Register.eip] = address;
    batch.position++;
    this.now++;
    return 'running';
  }

  private userLoad(gpa: number, size: number): void {
    const { code, memory } = this;
    const mix = (value: number) => (code.checksum = (Math.imul(code.checksum, 31) + value) | 0);
    if (size === 4 && gpa % 4 === 0) mix(memory.read(gpa));
    else for (let k = 0; k < size; k++) mix(memory.bytes[gpa + k]!);
  }

  private userStore(gpa: number, size: number): void {
    const token = (this.code.storeToken = (this.code.storeToken + 1) | 0);
    for (let k = 0; k < size; k++) this.memory.bytes[gpa + k] = token >>> (8 * (k & 3));
  }

  private stepKernel(): Outcome {
    const { code, registers } = this;
    if (code.instructions.isEmpty && !code.advance(registers)) {
      throw new Error('the kernel has nothing to do');
    }
    const queue = code.instructions;
    const { position } = queue;
    const end = position + instructionWords(queue.code[position]!);
    const operands = [...queue.code.subarray(position + 1, end)];
    if (!this.execute(queue.code[position]!, operands, queue)) return 'running';
    queue.position = end;
    this.now++;
    return this.off ? 'off' : 'running';
  }

  /** Returns false if it faulted: the instruction is not passed. */
  private execute(operation: number, operands: number[], queue: InstructionQueue): boolean {
    const [a, b, c, d] = operands as [number, number, number, number];
    const at = a >>> 0;
    switch (operation) {
      case Operation.fetch:
        return this.touch(at, false) !== NOT_MAPPED;
      case Operation.load:
        return this.with(at, false, (gpa) => queue.results.push(this.memory.read(gpa)));
      case Operation.store:
        return this.with(at, true, (gpa) => this.memory.write(gpa, b));
      case Operation.fill:
        if ((at % 4096) + 4 * d > 4096) throw new RangeError(`fill at ${hex(at)} leaves its page`);
        return this.with(at, true, (gpa) => {
          for (let i = 0; i < d; i++) this.memory.write(gpa + 4 * i, b + Math.imul(c, i));
        });
      case Operation.copyPage:
        return this.copyPage(at, b >>> 0);
      case Operation.setRegister:
        this.registers[a] = b;
        return true;
      case Operation.hypercall:
        this.hypercall(
          a,
          operands.slice(1).map((value) => value >>> 0),
        );
        return true;
      case Operation.iret:
        return this.iret();
      default:
        throw new RangeError(`no operation ${operation}`);
    }
  }

  private with(vaddr: number, write: boolean, use: (gpa: number) => void): boolean {
    const gpa = this.touch(vaddr, write);
    if (gpa === NOT_MAPPED) return false;
    use(gpa);
    return true;
  }

  private touch(vaddr: number, write: boolean): number {
    const gpa = this.memory.translate(vaddr, write, false);
    if (gpa === NOT_MAPPED) this.pageFault(vaddr);
    else if (this.memory.paging) this.cache.use(vaddr);
    return gpa;
  }

  private copyPage(source: number, destination: number): boolean {
    const from = this.touch(source, false);
    if (from === NOT_MAPPED) return false;
    return this.with(destination, true, (to) => {
      this.memory.words.copyWithin(to / 4, from / 4, from / 4 + 1024);
    });
  }

  private pageFault(address: number): Outcome {
    this.memory.write(this.guestData + GuestData.cr2, address);
    this.deliver(Vector.pageFault, this.memory.errorCode);
    return 'running';
  }

  private deliver(vector: number, errorCode: number): void {
    const gate = this.gates.get(vector);
    if (gate === undefined)
      throw new Error(`no gate ${vector}, fault at ${hex(this.registers[Register.eip]!)}`);
    const { registers } = this;
    const irq = this.guestData + GuestData.irqEnabled;
    const flags = (registers[Register.eflags]! & ~INTERRUPT_FLAG) | this.memory.read(irq);
    const frame = [registers[Register.eip]!, registers[Register.cs]!, flags];
    let esp = registers[Register.esp]! >>> 0;
    if (this.inUser) {
      frame.push(registers[Register.esp]!, registers[Register.ss]!);
      esp = this.sp1;
      registers[Register.ss] = this.ss1;
    }
    if (pushesErrorCode(vector)) frame.unshift(errorCode);
    esp -= 4 * frame.length;
    frame.forEach((value, index) => {
      const gpa = this.memory.translate(esp + 4 * index, true, false);
      if (gpa === NOT_MAPPED) throw new Error(`no stack at ${hex(esp)}`);
      this.memory.write(gpa, value);
    });
    if (((gate[1] >> 8) & 15) === GateType.interrupt) this.memory.write(irq, 0);
    registers[Register.esp] = esp;
    registers[Register.cs] = gate[0] >>> 16;
    registers[Register.eip] = (gate[1] & 0xffff0000) | (gate[0] & 0xffff);
    this.mustResume = true;
  }

  private iret(): boolean {
    const { registers } = this;
    const esp = registers[Register.esp]! >>> 0;
    const popped = [0, 1, 2, 3, 4].map((index) => {
      const gpa = this.memory.translate(esp + 4 * index, false, false);
      return gpa === NOT_MAPPED ? 0 : this.memory.read(gpa);
    });
    registers[Register.eip] = popped[0]!;
    registers[Register.cs] = popped[1]!;
    registers[Register.esp] = this.inUser ? popped[3]! : esp + 12;
    if (this.inUser) registers[Register.ss] = popped[4]!;
    this.mustResume = true;
    return true;
  }

  private hypercall(number: number, args: number[]): void {
    const saved = [number, ...args];
    for (let index = 0; index < 5; index++) this.registers[Register.eax + index] = saved[index]!;
    if (this.guestData !== 0) this.drain();
    this.nextLook = 0;
    this.hypercalls.push({ number, args });
    this.perform(number, args);
    this.cache.checkTold();
  }

  /** Carries out what is queued in the ring. */
  private drain(): void {
    const data = this.guestData;
    const { memory } = this;
    let drained = 0;
    for (; drained < HYPERCALL_RING_SIZE; drained++) {
      const status = data + GuestData.hcallStatus + this.ringNext;
      if (memory.bytes[status] === RING_ENTRY_FREE) break;
      const at = data + GuestData.hcalls + this.ringNext * RING_ENTRY_BYTES;
      const [number, ...args] = [0, 4, 8, 12, 16].map((offset) => memory.read(at + offset));
      this.hypercalls.push({ number: number!, args, fromRing: true });
      this.perform(number!, args);
      memory.bytes[status] = RING_ENTRY_FREE;
      this.ringNext = (this.ringNext + 1) % HYPERCALL_RING_SIZE;
    }
    this.longestDrain = Math.max(this.longestDrain, drained);
  }

  private perform(number: number, args: number[]): void {
    const [a, b, c] = args as [number, number, number, number];
    switch (number) {
      case Hypercall.lguestInit:
        this.guestData = a;
        this.cache.kernelAddress = this.memory.read(a + GuestData.kernelAddress);
        break;
      case Hypercall.newPgtable:
        this.memory.loadCr3(a);
        break;
      case Hypercall.loadIdtEntry:
        this.gates.set(a, [b, c]);
        break;
      case Hypercall.loadGdtEntry:
        this.descriptors.set(a, [b, c]);
        break;
      case Hypercall.setStack:
        this.ss1 = a;
        this.sp1 = b;
        break;
      case Hypercall.setClockevent:
        this.timerAt = a === 0 ? Infinity : this.now + a;
        break;
      case Hypercall.setPte:
        this.cache.setPte(args);
        break;
      case Hypercall.setPgd:
        this.cache.setPgd(a, b);
        break;
      case Hypercall.setPmd:
        this.cache.setPmd(a, b);
        break;
      case Hypercall.flushTlb:
        if (b !== 0) throw new RangeError(`FLUSH_TLB with ${b}`);
        this.cache.flush(a !== 0);
        break;
      case Hypercall.halt:
        this.halted = true;
        break;
      case Hypercall.shutdown:
        this.off = true;
        this.message = this.stringAt(a);
        break;
      case Hypercall.loadTls:
      case Hypercall.flushAsync:
      case Hypercall.sendInterrupts:
        break;
      default:
        throw new Error(`hypercall ${number} through vector ${HYPERCALL_VECTOR}: unexpected`);
    }
  }

  private stringAt(gpa: number): string {
    const bytes = this.memory.bytes.subarray(gpa, gpa + 128);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  }
}
