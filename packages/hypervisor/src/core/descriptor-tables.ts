// SPDX-License-Identifier: GPL-2.0-or-later
import {
  FLAT_CODE_HIGH,
  FLAT_DATA_HIGH,
  FLAT_SEGMENT_LOW,
  GDT_ENTRIES,
  GateType,
  GdtEntry,
  HYPERCALL_VECTOR,
  IDT_ENTRIES,
  Selector,
  gateLow,
  gatePresent,
  gateType,
  guestSegmentHigh,
} from '@lguest-sim/abi';
import type { GuestPhysical } from '@lguest-sim/x86';
import type { GuestAccess } from './guest-access.js';
import type { GuestHost } from './guest-host.js';
import { Changed, type VcpuState } from './vcpu-state.js';

/** Parts of a gate's high word that the host takes over: handler, present bit, privilege, type. */
const GATE_HIGH_KEPT = 0xffffef00 | 0;

const TLS_ENTRIES = GdtEntry.tlsLast - GdtEntry.tlsFirst + 1;

/** Whether a guest's wish for this GDT entry is never fulfilled. */
export function isHostDescriptor(entry: number): boolean {
  return (
    entry === GdtEntry.lguestCode ||
    entry === GdtEntry.lguestData ||
    entry === GdtEntry.tss ||
    entry === GdtEntry.doubleFaultTss
  );
}

/** What a guest wishes for the IDT and GDT: checked, corrected, kept until the next guest entry. */
export class DescriptorTables {
  private readonly state: VcpuState;
  private readonly guest: GuestHost;
  private readonly access: GuestAccess;
  private readonly tls = new Uint8Array(8 * TLS_ENTRIES);
  private readonly tlsWords = new DataView(this.tls.buffer);

  constructor(state: VcpuState, guest: GuestHost, access: GuestAccess) {
    this.state = state;
    this.guest = guest;
    this.access = access;
  }

  /** Gives a new vCPU flat code and data segments for its kernel. Source: `setup_guest_gdt`. */
  reset(): void {
    this.setSegment(GdtEntry.kernelCode, FLAT_SEGMENT_LOW, FLAT_CODE_HIGH);
    this.setSegment(GdtEntry.kernelData, FLAT_SEGMENT_LOW, FLAT_DATA_HIGH);
  }

  /**
   * LOAD_IDT_ENTRY. The NMI, the double fault, vector 15 and the hypercall are not the guest's to
   * set; asking is not an offence. Kills: `Setting idt entry`, `bad IDT type`.
   * Source: `load_guest_idt_entry`, `set_trap`.
   */
  loadGate(vector: number, low: number, high: number): void {
    if (vector === 2 || vector === 8 || vector === 15 || vector === HYPERCALL_VECTOR) return;
    this.state.changed |= Changed.idt;
    if (vector >= IDT_ENTRIES) this.guest.kill(`Setting idt entry ${vector}`);
    else this.setGate(vector, low, high);
  }

  /** LOAD_GDT_ENTRY. Kills: `too many gdt entries`. Source: `load_guest_gdt_entry`. */
  loadSegment(entry: number, low: number, high: number): void {
    if (entry >= GDT_ENTRIES) {
      this.guest.kill(`too many gdt entries ${entry | 0}`);
      return;
    }
    this.setSegment(entry, low, high);
    this.state.changed |= Changed.gdt;
  }

  /** LOAD_TLS: three descriptors at once, from guest memory. Source: `guest_load_tls`. */
  loadTls(gpa: GuestPhysical): void {
    this.access.readBytes(gpa, this.tls);
    for (let i = 0; i < TLS_ENTRIES; i++) {
      const low = this.tlsWords.getInt32(8 * i, true);
      const high = this.tlsWords.getInt32(8 * i + 4, true);
      this.setSegment(GdtEntry.tlsFirst + i, low, high);
    }
    this.state.changed |= Changed.tls;
  }

  private setGate(vector: number, low: number, high: number): void {
    const { idt } = this.state;
    if (!gatePresent(high)) {
      idt[2 * vector] = idt[2 * vector + 1] = 0;
      return;
    }
    const type = gateType(high);
    if (type !== GateType.interrupt && type !== GateType.trap) {
      this.guest.kill(`bad IDT type ${type}`);
    }
    idt[2 * vector] = gateLow(Selector.kernelCode, low);
    idt[2 * vector + 1] = high & GATE_HIGH_KEPT;
  }

  private setSegment(entry: number, low: number, high: number): void {
    const { gdt } = this.state;
    gdt[2 * entry] = low;
    // The host's own entries are never copied, so what the guest says of them is left alone.
    gdt[2 * entry + 1] = isHostDescriptor(entry) ? high : guestSegmentHigh(high);
  }
}
