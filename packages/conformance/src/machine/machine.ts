// SPDX-License-Identifier: GPL-2.0-or-later
import { switcherLayout } from '@lguest-sim/abi';
import { HostOops, ShadowMmu, type Defects, type Fidelity } from '@lguest-sim/mmu-host';
import { pae, twoLevel, type HostMemory, type Pfn } from '@lguest-sim/x86';
import type { Operation, Word64 } from '../format/operation.js';
import { guestPageName } from '../format/page-name.js';
import type { StepResult } from '../format/result.js';
import type { TraceHeader } from '../format/trace-header.js';
import { HostExhausted } from './host-exhausted.js';
import { HostPool } from './host-pool.js';
import { LimitedTables } from './limited-tables.js';
import { NamedFrames, type Miscount } from './named-frames.js';
import { RandomList } from './random-list.js';
import { StateRecorder } from './state-recorder.js';
import { switcherFrames } from './switcher-frames.js';
import { WatchedMemory } from './watched-memory.js';

/** More generations than a guest page's frames can have: no host has more frames. */
const MOST_GENERATIONS = 2 ** 20;

/** What the machine around the code under test is made with. */
export interface MachineOptions {
  /** Whether the code under test has the original's defects; `original` by default. */
  readonly fidelity?: Fidelity | undefined;
  /** Single defects to have or not, whatever `fidelity` says. */
  readonly defects?: Partial<Defects> | undefined;
  /** A fresh host memory; one made for the purpose by default. */
  readonly host?: HostMemory | undefined;
}

/**
 * The machine around the code under test: a fresh host and a fresh guest as a trace's header
 * describes them, made of real parts. It carries operations out and tells what each one changed.
 *
 *     operation ──> ShadowMmu ──> shadow tables (bytes in HostMemory) ──┐
 *                      │  └─────> guest memory, holds (WatchedMemory)  ─┼──> StateRecorder ──> delta
 *                      └────────> kill reason                           ┘
 */
export class ConformanceMachine {
  /** What the machine was made after. */
  readonly header: TraceHeader;
  /** The code under test. */
  readonly mmu: ShadowMmu;
  /** Guest memory. */
  readonly memory: WatchedMemory;
  /** Host physical memory. */
  readonly host: HostMemory;
  private readonly tables: LimitedTables;
  private readonly frames: NamedFrames;
  private readonly random = new RandomList();
  private readonly recorder: StateRecorder;
  /** Frames that each guest page was given so far. */
  private readonly generations: Uint32Array;
  /** The first reason for which the guest was killed. */
  private death: string | undefined;

  /** A fresh host and guest as `header` describes them. */
  constructor(header: TraceHeader, options: MachineOptions = {}) {
    const { fidelity = 'original', defects, host = new HostPool().take(header) } = options;
    this.header = header;
    const format = header.pae ? pae : twoLevel;
    const { guestPages, hostCpus, vcpus, memBase } = header;
    this.host = host;
    this.generations = new Uint32Array(guestPages);
    this.frames = new NamedFrames(host);
    this.tables = new LimitedTables(host, header.hostPageLimit);
    const { frameGiven } = this;
    this.memory = new WatchedMemory(host, guestPages, { frameGiven });
    const { memory, frames, tables } = this;
    this.mmu = new ShadowMmu({
      host,
      format,
      layout: switcherLayout(hostCpus, header.switcherAddr),
      fidelity,
      ...(defects === undefined ? {} : { defects }),
      vcpus,
      memory,
      pages: memory,
      tables,
      switcher: switcherFrames(host, header, frames),
      memBase,
      random: this.random.draw,
      kill: (reason) => (this.death ??= reason),
    });
    this.recorder = new StateRecorder({
      host,
      format,
      mmu: this.mmu,
      memory,
      tables,
      frames,
      vcpus,
    });
  }

  /** The reason for which the guest was killed; undefined while it lives. */
  get killed(): string | undefined {
    return this.death;
  }

  /**
   * Carries an operation out.
   *
   * @returns what it returned and changed, or how the original crashes the host here; after a crash
   *   the machine must not be used any more
   * @throws HostExhausted if the machine has too few frames left to carry it out
   */
  step(operation: Operation): StepResult {
    this.refuseFullHost();
    const before = this.death;
    let ret: StepResult['ret'];
    try {
      ret = this.perform(operation);
    } catch (error) {
      if (error instanceof HostOops) return { oops: error.kind };
      throw error;
    }
    const killed = before === undefined ? this.death : undefined;
    if (operation.op === 'free') return this.lastResult(killed);
    // What guest, Launcher and host do is no business of the code under test.
    const delta = isOutside(operation) ? undefined : this.recorder.takeDelta();
    return { ret, killed, delta };
  }

  /**
   * Pages on which not exactly one reference is held for each present leaf that maps them (facts
   * sheet, 9-7). Always none in a mended shadow MMU.
   */
  miscounted(): readonly Miscount[] {
    return this.recorder.miscounted();
  }

  /** Name of a host page, as a trace writes it. */
  nameOf(pfn: Pfn): string {
    return this.frames.nameOf(pfn);
  }

  /** Page-table pages in use. */
  get hostPages(): number {
    return this.tables.inUse;
  }

  private lastResult(killed: string | undefined): StepResult {
    const leaks = this.frames.leftovers();
    return {
      killed,
      delta: this.recorder.takeLastDelta(),
      leaks: leaks.length > 0 ? leaks : undefined,
    };
  }

  private perform(operation: Operation): StepResult['ret'] {
    const { mmu } = this;
    switch (operation.op) {
      case 'initGuestPagetable':
        this.random.load(operation.rand);
        return mmu.initGuestPagetable();
      case 'guestDataInit':
        return none(mmu.guestDataInit(operation.vcpu, operation.gpa));
      case 'demandPage':
        return mmu.demandPage(operation.vcpu, operation.vaddr, operation.errcode);
      case 'pinPage':
        return none(mmu.pinPage(operation.vcpu, operation.vaddr));
      case 'setStack':
        return none(mmu.setStack(operation.vcpu, operation.esp, operation.ss, operation.pages));
      case 'newPagetable':
        this.random.load(operation.rand);
        return none(mmu.newPagetable(operation.vcpu, operation.pgtable));
      case 'setPte': {
        const { vcpu, gpgdir, vaddr, pte } = operation;
        return none(mmu.setPte(vcpu, gpgdir, vaddr, pte.low, pte.high));
      }
      case 'setPgd':
        return none(mmu.setPgd(operation.gpgdir, operation.idx));
      case 'setPmd':
        return none(mmu.setPmd(operation.pmdp, operation.idx));
      case 'flushUser':
        return none(mmu.flushUser(operation.vcpu));
      case 'clearAll':
        return none(mmu.clearAll(operation.vcpu));
      case 'guestPa':
        return `0x${(mmu.guestPa(operation.vcpu, operation.vaddr) >>> 0).toString(16)}`;
      case 'mapSwitcher':
        return none(mmu.mapSwitcher(operation.vcpu, operation.hostCpu));
      case 'guestWrite':
        return this.guestWrite(operation.gpa, operation.size, operation.value);
      case 'guestWriteRun':
        return this.guestWriteRun(operation);
      case 'launcher':
        return none(this.memory.setState(operation.gpfn, operation.count, operation.state));
      case 'hostPageLimit':
        return none((this.tables.limit = operation.n));
      case 'free':
        return none(mmu.free());
    }
  }

  private guestWrite(gpa: number, size: number, { low, high }: Word64): boolean {
    return this.memory.guestWrite(gpa, size, low | 0, high | 0);
  }

  /** All of it or nothing: the first word that cannot be written refuses the others too. */
  private guestWriteRun(run: Extract<Operation, { op: 'guestWriteRun' }>): boolean {
    const bytes = run.count * run.size;
    if (!this.memory.canWrite(run.gpa, bytes)) return false;
    const { low: stepLow, high: stepHigh } = run.step;
    let { low, high } = run.first;
    for (let at = run.gpa; at < run.gpa + bytes; at += run.size) {
      this.guestWrite(at, run.size, { low, high });
      low += stepLow;
      high = (high + stepHigh + (low >= 2 ** 32 ? 1 : 0)) % 2 ** 32;
      low %= 2 ** 32;
    }
    return true;
  }

  private readonly frameGiven = (gpfn: number, pfn: number): void => {
    const generation = this.generations[gpfn]!++;
    const rank = gpfn + generation / MOST_GENERATIONS;
    this.frames.add(pfn, guestPageName(gpfn, generation), rank);
  };

  /** With no frame left, pinning would fail for a reason that the trace knows nothing of. */
  private refuseFullHost(): void {
    const { used, frameCount: frames } = this.host;
    if (used + this.header.guestPages >= frames) throw new HostExhausted(frames);
  }
}

/** Whether an operation does not call the code under test. */
function isOutside({ op }: Operation): boolean {
  return (
    op === 'guestWrite' || op === 'guestWriteRun' || op === 'launcher' || op === 'hostPageLimit'
  );
}

/** For operations that return nothing. */
function none(_value: unknown): undefined {
  return undefined;
}
