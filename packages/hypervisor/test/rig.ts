// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GateType,
  GuestData,
  HYPERCALL_VECTOR,
  Hypercall,
  REGISTERS_OFFSET,
  Register,
  SYSTEM_CALL_VECTOR,
  gateHigh,
  gateLow,
  switcherLayout,
} from '@lguest-sim/abi';
import { FrameOwner, HostMemory, PAGE_SIZE, frameWord, pae, twoLevel } from '@lguest-sim/x86';
import {
  GuestHost,
  Outcome,
  VcpuCore,
  type Fidelity,
  type GuestListener,
  type GuestMemory,
  type GuestTranslator,
  type SwitcherFrames,
} from '../src/index.js';

export const GUEST_PAGES = 64;
/** `struct lguest_data`, unless a test asks for another place. */
export const DATA = 0x3000;
/** The kernel's stack of SET_STACK, virtual = physical unless a test maps it elsewhere. */
export const STACK_TOP = 0x8ff8;
/** Where the kernel's own stack pointer stands in the beginning. */
const BOOT_STACK = 0xaf00;

/** Guest memory as a plain array; single pages can be taken away or made read-only. */
export class PlainMemory implements GuestMemory {
  readonly words = new Uint32Array((GUEST_PAGES * PAGE_SIZE) / 4);
  readonly holes = new Set<number>();
  readonly readOnly = new Set<number>();
  /** The host has no frame left to break copy-on-write with. */
  exhausted = false;

  readable(gpa: number, bytes: number): boolean {
    for (let page = gpa >>> 12; page <= (gpa + bytes - 1) >>> 12; page++) {
      if (page >= GUEST_PAGES || this.holes.has(page)) return false;
    }
    return true;
  }

  writable(gpa: number, bytes: number): boolean {
    const pages = [gpa >>> 12, (gpa + bytes - 1) >>> 12];
    return this.readable(gpa, bytes) && !pages.some((page) => this.readOnly.has(page));
  }

  readWord(gpa: number): number {
    return this.words[gpa >>> 2]!;
  }

  writeWord(gpa: number, value: number): boolean {
    if (!this.exhausted) this.words[gpa >>> 2] = value;
    return !this.exhausted;
  }

  byte(gpa: number): number {
    return new Uint8Array(this.words.buffer)[gpa]!;
  }

  setBytes(gpa: number, bytes: readonly number[]): void {
    new Uint8Array(this.words.buffer).set(bytes, gpa);
  }
}

/** The Switcher's frames, without what the Switcher writes into them. */
export class PlainFrames implements SwitcherFrames {
  readonly host: HostMemory;
  private readonly states: number[] = [];

  constructor(host: HostMemory, hostCpus: number) {
    this.host = host;
    for (let i = 0; i < hostCpus; i++) this.states.push(host.allocate(FrameOwner.switcher));
  }

  state(cpu: number): number {
    return this.states[cpu]!;
  }

  allocateRegisters(): number {
    return this.host.allocate(FrameOwner.registers);
  }

  freeRegisters(pfn: number): void {
    this.host.disown(pfn);
  }
}

/** What a listener heard, in order. */
export interface Heard {
  readonly kind: 'killed' | 'hypercall' | 'trap';
  readonly what: string | number;
}

const outcomeNames = new Map(Object.entries(Outcome).map(([name, value]) => [value, name]));

/** Outcomes that the shadow MMU answers. */
const answered = new Set<number>([
  Outcome.initPagetable,
  Outcome.guestDataInit,
  Outcome.newPagetable,
  Outcome.flushUser,
  Outcome.flushAll,
  Outcome.setStack,
  Outcome.setPte,
  Outcome.setPgd,
  Outcome.setPmd,
  Outcome.free,
]);

/** A machine of several host CPUs, as much of it as one vCPU's run loop meets. */
export class Rig implements GuestListener {
  readonly layout = switcherLayout(4);
  readonly host = new HostMemory(64);
  readonly frames = new PlainFrames(this.host, 4);
  readonly memory = new PlainMemory();
  readonly lastCpu = new Int32Array(4).fill(-1);
  readonly clock = { now: new Float64Array(4) };
  readonly guest = new GuestHost();
  /** Guest-physical page for each guest-virtual page that is not mapped one to one. */
  readonly mapped = new Map<number, number>();
  readonly heard: Heard[] = [];
  /** Names of the outcomes, in order; `enter` for each guest entry. */
  readonly outcomes: string[] = [];
  readonly core: VcpuCore;
  readonly dataAddress: number;

  constructor(options: { fidelity?: Fidelity; pae?: boolean; data?: number; id?: number } = {}) {
    this.dataAddress = options.data ?? DATA;
    this.guest.listener = this;
    this.core = this.vcpu(this.guest, options);
  }

  /** Another vCPU on the same host CPUs. */
  vcpu(guest: GuestHost, options: { fidelity?: Fidelity; pae?: boolean; id?: number }): VcpuCore {
    const translator: GuestTranslator = {
      guestPa: (address) => {
        const page = this.mapped.get(address >>> 12) ?? address >>> 12;
        if (page >= GUEST_PAGES) this.guest.kill(`Bad address 0x${address.toString(16)}`);
        return page * PAGE_SIZE + (address & 0xfff);
      },
    };
    return new VcpuCore({
      guest,
      id: options.id ?? 7,
      host: this.host,
      layout: this.layout,
      frames: this.frames,
      memory: this.memory,
      translator,
      lastCpu: this.lastCpu,
      hostCr3: 0x00123000,
      clock: this.clock,
      format: options.pae === true ? pae : twoLevel,
      fidelity: options.fidelity ?? 'mended',
    });
  }

  killed(reason: string): void {
    this.heard.push({ kind: 'killed', what: reason });
  }

  hypercall(_fromRing: boolean, words: Int32Array): void {
    this.heard.push({ kind: 'hypercall', what: words[0]! });
  }

  guestTrap(vector: number): void {
    this.heard.push({ kind: 'trap', what: vector });
  }

  /** Numbers of the hypercalls that were carried out, in order. */
  get calls(): number[] {
    return this.heard.filter((h) => h.kind === 'hypercall').map((h) => h.what as number);
  }

  /** Gives birth to the vCPU and lets it run on a host CPU up to its first entry. */
  birth(cpu = 0, start = 0x100000): this {
    this.drive(this.core.initialize(cpu, GUEST_PAGES, start));
    return this.run(cpu);
  }

  run(cpu: number): this {
    return this.drive(this.core.run(cpu));
  }

  /** Fills in what a guest puts into `lguest_data`, and makes the first hypercall. */
  init(): this {
    this.setData(GuestData.syscallVector, SYSTEM_CALL_VECTOR);
    this.setData(GuestData.kernelAddress, 0xc0000000);
    this.setData(GuestData.irqEnabled, 0x200);
    for (let i = 0; i < 64; i++) this.setStatus(i, 0xff);
    return this.call(Hypercall.lguestInit, this.dataAddress);
  }

  /** Born, initialised, on a boot stack, with the usual stack for traps from ring 3. */
  ready(cpu = 0): this {
    this.birth(cpu).setRegister(Register.esp, BOOT_STACK);
    return this.init().call(Hypercall.setStack, 0x69, STACK_TOP, 2);
  }

  /** The guest makes a hypercall; everything is answered up to the next entry, halt or death. */
  call(number: number, ...args: number[]): this {
    [number, ...args].forEach((word, i) => this.setRegister(i, word));
    return this.trap(HYPERCALL_VECTOR);
  }

  /** The guest is left through a trap; the shadow MMU fixes page faults if `fixed`. */
  trap(vector: number, errorCode = 0, address = 0, fixed = false): this {
    this.setRegister(Register.trapNumber, vector);
    this.setRegister(Register.errorCode, errorCode);
    return this.drive(this.core.exited(address), fixed);
  }

  /** Answers as the shadow MMU until something else has to happen. */
  drive(outcome: Outcome, fixed = false): this {
    let next = outcome;
    for (;;) {
      this.outcomes.push(outcomeNames.get(next)!);
      if (answered.has(next)) next = this.core.answered(true);
      else if (next === Outcome.demandPage) next = this.core.answered(fixed);
      else break;
    }
    if (next !== Outcome.mapSwitcher) return this;
    this.core.switcherMapped();
    this.outcomes.push('enter');
    return this;
  }

  register(register: number): number {
    return this.host.words[this.registerWord(register)]! >>> 0;
  }

  setRegister(register: number, value: number): void {
    this.host.words[this.registerWord(register)] = value;
  }

  data(offset: number): number {
    return this.memory.readWord(this.dataAddress + offset);
  }

  setData(offset: number, value: number): void {
    this.memory.writeWord(this.dataAddress + offset, value);
  }

  status(slot: number): number {
    return this.memory.byte(this.dataAddress + GuestData.hcallStatus + slot);
  }

  setStatus(slot: number, value: number): void {
    this.memory.setBytes(this.dataAddress + GuestData.hcallStatus + slot, [value]);
  }

  /** Puts a hypercall into a ring entry, ready for the host. */
  queue(slot: number, number: number, ...args: number[]): this {
    [number, ...args].forEach((word, i) =>
      this.setData(GuestData.hcalls + slot * 20 + 4 * i, word >>> 0),
    );
    this.setStatus(slot, 0);
    return this;
  }

  /** Sends the guest's gate for a vector: handler, type and privilege. */
  gate(vector: number, handler: number, type: number = GateType.trap, dpl = 0): this {
    const low = gateLow(0x61, handler);
    return this.call(Hypercall.loadIdtEntry, vector, low, gateHigh(handler, type, dpl));
  }

  /** A word of a host CPU's state page, by byte offset, unsigned. */
  stateWord(cpu: number, offset: number): number {
    return this.host.words[frameWord(this.frames.state(cpu)) + offset / 4]! >>> 0;
  }

  /** The `count` words of guest memory from `gpa` upwards. */
  wordsAt(gpa: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.memory.readWord(gpa + 4 * i));
  }

  private registerWord(register: number): number {
    return frameWord(this.core.state.registersFrame) + REGISTERS_OFFSET / 4 + register;
  }
}
