// SPDX-License-Identifier: GPL-2.0-or-later
import { Register, STATE_PAGE_BYTES, TRAP_SEGMENT_LOAD } from '@lguest-sim/abi';
import type { Scene, TableEntry } from './scene.js';
import type { Change } from './story.js';
import { entry, entryWords, pfn, word } from './words.js';

/** Something that a step may change, as it is now. */
interface Watched {
  readonly at?: string;
  readonly value: string;
  readonly words?: string;
}

/** What is watched, by name, in the order in which it is told. */
export type Watch = ReadonlyMap<string, Watched>;

/** Reads everything that a fault or a migration may change. @param vaddr undefined for a migration */
export function watch(scene: Scene, cpu: number, vaddr: number | undefined): Watch {
  const seen = new Map<string, Watched>();
  const { host } = scene.parts;
  const cr3 = host.cpus[cpu]!.core.cr3;
  seen.set(`CR3 of CPU ${cpu}`, { value: word(cr3) });
  const { state, counters } = scene.machine.vcpu;
  seen.set('last_pagefault', { value: word(state.lastPagefault) });
  const cr2 = scene.cr2;
  if (cr2 !== undefined) seen.set('lguest_data.cr2', { value: word(cr2) });
  seen.set(`lg_last_cpu[${cpu}]`, { value: vcpuName(host.lastVcpu[cpu]!) });
  seen.set('last_pages', { value: cpuName(state.lastPages) });
  seen.set('changed', { value: String(state.changed) });
  seen.set('copies of the IDT and GDT', { value: String(counters.stateCopies) });
  watchState(scene, cpu, seen);
  const trapNumber = scene.register(Register.trapNumber);
  const words = trapNumber === TRAP_SEGMENT_LOAD ? 'no trap' : '';
  seen.set('trapnum in the regs page', { value: String(trapNumber), words });
  watchTables(scene, vaddr, seen);
  return seen;
}

function watchState(scene: Scene, cpu: number, seen: Map<string, Watched>): void {
  const { sp1, ss1 } = scene.stack(cpu);
  seen.set(`host_cr3 in CPU ${cpu}'s state page`, { value: word(scene.hostCr3(cpu)) });
  seen.set(`sp1 in CPU ${cpu}'s state page`, { value: word(sp1) });
  seen.set(`ss1 in CPU ${cpu}'s state page`, { value: word(ss1) });
}

function watchTables(scene: Scene, vaddr: number | undefined, seen: Map<string, Watched>): void {
  const { memory } = scene.parts.host;
  const { counters } = scene.machine.mmu;
  seen.set('last_host_cpu of the slot', { value: String(scene.slot.lastHostCpu) });
  if (scene.shadowTop !== 0) {
    for (const [name, one] of scene.switcherEntries()) {
      seen.set(`shadow leaf[${one.index}], ${name}`, entryOf(scene, one, 'hpa'));
    }
  }
  const { registersFrame } = scene.machine.vcpu.state;
  seen.set('holds on the regs page', { value: String(memory.holds[registersFrame]) });
  const tables = counters.tablesAllocated - counters.tablesFreed;
  seen.set('shadow table pages of the guest', { value: String(tables) });
  if (vaddr === undefined) return;
  for (const one of scene.shadowWalk(vaddr)) {
    seen.set(`shadow ${one.level.name}[${one.index}]`, entryOf(scene, one, 'hpa'));
  }
  const walk = scene.guestWalk(vaddr);
  for (const one of walk) {
    seen.set(`guest ${one.level.name}[${one.index}]`, entryOf(scene, one, 'gpa'));
  }
  const leaf = walk.at(-1);
  const isMapped = leaf?.level === scene.parts.host.format.leaf && leaf.present;
  if (isMapped) watchPage(scene, leaf.low >>> 12, seen);
  else if (scene.vcpu.linear) watchPage(scene, vaddr >>> 12, seen);
}

/** What the Launcher has behind a guest page, and who holds it. */
function watchPage(scene: Scene, gpfn: number, seen: Map<string, Watched>): void {
  const { memory } = scene.parts.host;
  const frame = scene.machine.memory.frameOf(gpfn);
  const behind = scene.machine.memory.backingOf(gpfn);
  const value = behind === 'frame' ? `host page ${pfn(frame)}` : behind;
  const words = behind === 'untouched' ? 'reads find the zero page' : '';
  seen.set(`behind guest page ${pfn(gpfn)}`, { value, words });
  const held = frame >= 0 ? frame : memory.zeroPage;
  const name = frame >= 0 ? `host page ${pfn(frame)}` : 'the zero page';
  seen.set(`holds on ${name}`, { value: String(memory.holds[held]) });
}

function entryOf(scene: Scene, { address, low, high }: TableEntry, space: string): Watched {
  const { format } = scene.parts.host;
  const at = `${space} ${word(address)}`;
  return { at, value: entry(format, low, high), words: entryWords(low, high) };
}

/** What is not as it was. An entry of a table that was not there before was empty. */
export function changesBetween(scene: Scene, before: Watch, after: Watch): Change[] {
  const { format } = scene.parts.host;
  const changes: Change[] = [];
  for (const [name, now] of after) {
    const then = before.get(name);
    const old = then?.value ?? (now.at === undefined ? undefined : entry(format, 0, 0));
    if (old === undefined || old === now.value) continue;
    changes.push({
      kind: 'change',
      name,
      ...(now.at !== undefined && { at: now.at }),
      before: old,
      after: now.value,
      ...(now.words && { note: now.words }),
    });
  }
  return changes;
}

/** How many bytes of a state page are not as they were. */
export function bytesChanged(
  before: Int32Array,
  after: Int32Array,
): { changed: number; all: number } {
  const [old, now] = [new Uint8Array(before.buffer), new Uint8Array(after.buffer)];
  let changed = 0;
  for (let at = 0; at < STATE_PAGE_BYTES; at++) if (old[at] !== now[at]) changed++;
  return { changed, all: STATE_PAGE_BYTES };
}

function vcpuName(number: number): string {
  return number < 0 ? 'none' : `vCPU of guest ${number}`;
}

function cpuName(number: number): string {
  return number < 0 ? 'none' : `CPU ${number}`;
}
