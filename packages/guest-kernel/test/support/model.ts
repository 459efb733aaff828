// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation } from '@lguest-sim/trace';
import type { Access, Expected, Program } from './program.js';

interface PageRights {
  readonly accessible: boolean;
  readonly writable: boolean;
}

/** What a process has when it starts. */
export interface Beginning {
  readonly bytes: ReadonlyMap<number, number>;
  readonly rights: ReadonlyMap<number, PageRights>;
  readonly programBreak: number;
  readonly checksum: number;
}

export const nothing: Beginning = {
  bytes: new Map<number, number>(),
  rights: new Map<number, PageRights>(),
  programBreak: 0,
  checksum: 0,
};

const pageUp = (address: number) => Math.ceil(address / 4096);

/**
 * A process's memory as its program sees it: bytes, 0 at first, and what may be done with each page.
 * Knows nothing of frames, tables and sharing.
 */
export class ModelProcess {
  readonly children = new Map<number, Beginning>();
  /** Why it was killed, if it was. */
  reason: string | undefined;
  private readonly bytes: Map<number, number>;
  private readonly rights: Map<number, PageRights>;
  private readonly pages = new Set<number>();
  private programBreak: number;
  private checksum: number;
  private token: number;
  private accesses = 0;

  constructor(beginning: Beginning, token: number) {
    this.bytes = new Map(beginning.bytes);
    this.rights = new Map(beginning.rights);
    this.programBreak = beginning.programBreak;
    this.checksum = beginning.checksum;
    this.token = token;
  }

  run({ accesses, events = [] }: Program): void {
    for (let at = 0; at <= accesses.length; at++) {
      for (const event of events) {
        if (event.position !== at || event.kind !== 'system-call') continue;
        if (event.operation !== undefined) this.perform(event.operation);
      }
      if (at < accesses.length && !this.access(accesses[at]!)) return;
    }
  }

  get expected(): Expected {
    const { accesses, checksum } = this;
    return { accesses, checksum, pagesTouched: this.pages.size };
  }

  private access([kind, address, size]: Access): boolean {
    const rights = this.rights.get(address >>> 12);
    if (rights?.accessible === false) this.reason = 'access to memory that is protected';
    else if (kind === 'store' && rights?.writable === false) {
      this.reason = 'store to memory that is read-only';
    }
    if (this.reason !== undefined) return false;
    this.pages.add(address >>> 12);
    this.accesses++;
    if (kind === 'store') this.store(address, size);
    if (kind === 'load') this.load(address, size);
    return true;
  }

  private store(address: number, size: number): void {
    this.token = (this.token + 1) | 0;
    for (let k = 0; k < size; k++) {
      this.bytes.set(address + k, (this.token >>> (8 * (k & 3))) & 255);
    }
  }

  private load(address: number, size: number): void {
    const byte = (at: number) => this.bytes.get(address + at) ?? 0;
    const mix = (value: number) => (this.checksum = (Math.imul(this.checksum, 31) + value) | 0);
    if (size === 4 && address % 4 === 0) {
      mix([3, 2, 1, 0].reduce((word, k) => (word << 8) | byte(k), 0));
    } else for (let k = 0; k < size; k++) mix(byte(k));
  }

  private perform(operation: ProcessOperation): void {
    switch (operation.kind) {
      case 'fork':
        this.children.set(operation.child, {
          bytes: new Map(this.bytes),
          rights: new Map(this.rights),
          programBreak: this.programBreak,
          checksum: this.checksum,
        });
        break;
      case 'exec':
        this.bytes.clear();
        this.rights.clear();
        this.programBreak = 0;
        break;
      case 'brk':
        this.moveBreak(operation.end);
        break;
      case 'map':
      case 'unmap':
      case 'protect':
        this.changeMap(operation);
        break;
      case 'wait':
      case 'sleep':
      case 'yield':
      case 'kernel-map':
      case 'exit':
        break;
    }
  }

  private changeMap(change: ProcessOperation & { kind: 'map' | 'unmap' | 'protect' }): void {
    const first = change.start >>> 12;
    for (let vpn = first; vpn < pageUp(change.start + change.bytes); vpn++) {
      if (change.kind !== 'protect') this.clear(vpn);
      if (change.kind === 'map') {
        this.rights.set(vpn, { accessible: true, writable: change.writable });
      } else if (change.kind === 'protect') {
        this.rights.set(vpn, { accessible: change.accessible, writable: change.writable });
      }
    }
  }

  private moveBreak(end: number): void {
    const before = pageUp(this.programBreak === 0 ? end : this.programBreak);
    for (let vpn = before; vpn < pageUp(end); vpn++) {
      this.rights.set(vpn, { accessible: true, writable: true });
    }
    for (let vpn = pageUp(end); vpn < before; vpn++) this.clear(vpn);
    this.programBreak = end;
  }

  private clear(vpn: number): void {
    this.rights.delete(vpn);
    for (let at = vpn * 4096; at < vpn * 4096 + 4096; at++) this.bytes.delete(at);
  }
}
