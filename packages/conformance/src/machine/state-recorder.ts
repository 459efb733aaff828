// SPDX-License-Identifier: GPL-2.0-or-later
import type { ShadowMmu } from '@lguest-sim/mmu-host';
import { hex, type HostMemory, type PagingFormat } from '@lguest-sim/x86';
import { deltaKeys, type Delta, type SlotState, type VcpuState } from '../format/result.js';
import { SLOTS } from '../format/trace-header.js';
import type { LimitedTables } from './limited-tables.js';
import type { Miscount, NamedFrames } from './named-frames.js';
import { TableRecorder } from './table-recorder.js';
import type { WatchedMemory } from './watched-memory.js';

/** What a recorder looks at. */
export interface RecordedParts {
  readonly host: HostMemory;
  readonly format: PagingFormat;
  readonly mmu: ShadowMmu;
  readonly memory: WatchedMemory;
  readonly tables: LimitedTables;
  readonly frames: NamedFrames;
  readonly vcpus: number;
}

const unallocated: SlotState = { allocated: false };

/** Keeps what could be observed after the last operation, and says what has changed since. */
export class StateRecorder {
  private readonly parts: RecordedParts;
  private readonly shadowTables: TableRecorder;
  private readonly slots: SlotState[] = Array<SlotState>(SLOTS).fill(unallocated);
  private readonly vcpus: VcpuState[];
  private readonly tops: number[] = Array<number>(SLOTS).fill(-1);
  private hostPages = 0;
  private kernelAddress = 0;

  constructor(parts: RecordedParts) {
    this.parts = parts;
    this.shadowTables = new TableRecorder(parts.host, parts.format, parts.frames);
    this.vcpus = Array<VcpuState>(parts.vcpus).fill({ pgd: 0, linear: false });
  }

  /** What changed since this was last asked; undefined if nothing did. */
  takeDelta(): Delta | undefined {
    const slots = this.changedSlots();
    return compact({
      slots,
      vcpus: this.changedVcpus(),
      ...this.shadowTables.record(this.tops),
      refs: this.parts.frames.changes(),
      hostPages: this.changedHostPages(),
      kernelAddress: this.changedKernelAddress(),
      mem: this.parts.memory.takeChanges(),
    });
  }

  /** What changed by tearing everything down: only references and pages are told. */
  takeLastDelta(): Delta | undefined {
    return compact({ refs: this.parts.frames.changes(), hostPages: this.changedHostPages() });
  }

  /** Pages whose references are not as many as the leaves that map them, as of the last delta. */
  miscounted(): readonly Miscount[] {
    return this.parts.frames.miscounted(this.shadowTables.mappings);
  }

  private changedSlots(): [number, SlotState][] {
    const changed: [number, SlotState][] = [];
    for (let slot = 0; slot < SLOTS; slot++) {
      const view = this.parts.mmu.slots[slot]!;
      this.tops[slot] = view.allocated ? view.topPfn : -1;
      const before = this.slots[slot]!;
      const { allocated, gpgdir, switcherMapped, lastHostCpu } = view;
      const state = allocated
        ? { allocated, gpgdir: hex(gpgdir), switcherMapped, lastHostCpu }
        : unallocated;
      if (!sameSlot(before, state)) changed.push([slot, (this.slots[slot] = state)]);
    }
    return changed;
  }

  private changedVcpus(): [number, VcpuState][] {
    const changed: [number, VcpuState][] = [];
    for (let vcpu = 0; vcpu < this.vcpus.length; vcpu++) {
      const { slot, linear } = this.parts.mmu.vcpu(vcpu);
      const before = this.vcpus[vcpu]!;
      if (slot !== before.pgd || linear !== before.linear) {
        changed.push([vcpu, (this.vcpus[vcpu] = { pgd: slot, linear })]);
      }
    }
    return changed;
  }

  private changedHostPages(): number | undefined {
    const { inUse } = this.parts.tables;
    if (inUse === this.hostPages) return undefined;
    return (this.hostPages = inUse);
  }

  private changedKernelAddress(): string | undefined {
    const now = this.parts.mmu.kernelAddress >>> 0;
    if (now === this.kernelAddress) return undefined;
    return hex((this.kernelAddress = now));
  }
}

function sameSlot(a: SlotState, b: SlotState): boolean {
  return (
    a.allocated === b.allocated &&
    a.gpgdir === b.gpgdir &&
    a.switcherMapped === b.switcherMapped &&
    a.lastHostCpu === b.lastHostCpu
  );
}

/** A delta without the lists that are empty; undefined if nothing is left. */
function compact(delta: Delta): Delta | undefined {
  const kept: { -readonly [Key in keyof Delta]: Delta[Key] } = {};
  let changes = 0;
  for (const key of deltaKeys) {
    const value = delta[key];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    Object.assign(kept, { [key]: value });
    changes++;
  }
  return changes === 0 ? undefined : kept;
}
