// SPDX-License-Identifier: GPL-2.0-or-later
import { hypercallName } from '@lguest-sim/abi';
import type { Envelope, Message } from '@lguest-sim/bus';
import type { RunParts } from '@lguest-sim/simulation';
import { word } from '../story/words.js';
import { Slices, type TraceWindow } from './slices.js';
import { microseconds, type Track, type TraceEvent } from './trace-event.js';
import { cpuTrack, guestTrack, machineTrack, mmuTrack, trackNames } from './tracks.js';

const PAGE_FAULT = 14;
/** Counts are told at most this often, in cycles. */
const COUNT_INTERVAL = 5_000;

/** Requests to the shadow MMU, as the original calls what carries them out. */
const requests: Readonly<Partial<Record<Message['topic'], string>>> = {
  'init-pagetable': 'init_guest_pagetable',
  'guest-data-init': 'page_table_guest_data_init',
  'demand-page': 'demand_page',
  'pin-stack': 'pin_stack_pages',
  'new-pagetable': 'guest_new_pagetable',
  'flush-tlb': 'flush',
  'set-stack': 'guest_set_stack',
  'set-pte': 'guest_set_pte',
  'set-pgd': 'guest_set_pgd',
  'set-pmd': 'guest_set_pmd',
  'map-switcher': 'map_switcher_in_guest',
  'free-pagetable': 'free_guest_pagetable',
};

/** An arrow under way: where and when it began. */
interface Flow {
  readonly id: number;
  readonly name: string;
}

/** Makes a run's messages a trace for Perfetto, event by event. */
export class PerfettoTrace {
  readonly #parts: RunParts;
  readonly #window: TraceWindow;
  readonly #emit: (event: TraceEvent) => void;
  readonly #cpus: readonly Slices[];
  readonly #guests: readonly Slices[];
  readonly #mmus: readonly Slices[];
  /** For each guest the arrows of its fault, and of its migration. */
  readonly #faults = new Map<number, Flow>();
  readonly #migrations = new Map<number, Flow>();
  /** For each guest where and when it was left last. */
  readonly #left = new Map<number, { readonly track: Track; readonly time: number }>();
  #flows = 0;
  #counted = -Infinity;

  /** @param emit is given each event; the names of the tracks at once */
  constructor(parts: RunParts, window: TraceWindow, emit: (event: TraceEvent) => void) {
    this.#parts = parts;
    this.#window = window;
    this.#emit = emit;
    const { cpus, guests } = parts.config;
    for (const name of trackNames(cpus, guests)) emit(name);
    const slices = (track: Track, category: string): Slices =>
      new Slices(track, category, window, emit);
    const numbers = (count: number): number[] => [...Array(count).keys()];
    this.#cpus = numbers(cpus).map((cpu) => slices(cpuTrack(cpu), 'cpu'));
    this.#guests = numbers(guests).map((guest) => slices(guestTrack(guest), 'guest'));
    this.#mmus = numbers(guests).map((guest) => slices(mmuTrack(guest), 'mmu'));
  }

  /** A message is about to be handled. */
  observe({ time, message }: Envelope): void {
    if (time > this.#window.to) return;
    this.#onCpu(time, message);
    this.#inGuest(time, message);
    this.#inMmu(time, message);
    this.#arrows(time, message);
    this.#instants(time, message);
    if (message.topic === 'trap') this.#count(time);
  }

  /** The run has come to its end. @param time in cycles */
  end(time: number): void {
    for (const slices of [...this.#cpus, ...this.#guests, ...this.#mmus]) slices.end(time);
  }

  #onCpu(time: number, message: Message): void {
    const slices = this.#cpus[message.cpu]!;
    switch (message.topic) {
      case 'trap':
        return slices.begin(time, 'world switch to host', { guest: message.guest });
      case 'guest-exit':
        return slices.begin(time, hostWork(message), { guest: message.guest });
      case 'run-vcpu':
        return slices.begin(time, 'host', { guest: message.guest });
      case 'enter-guest':
        return slices.begin(time, 'world switch to guest', { guest: message.guest });
      case 'guest-entered':
        return slices.begin(time, `guest ${message.guest}`);
      case 'cpu-idle':
      case 'cpu-online':
        return slices.begin(time, 'idle');
      case 'cpu-offline':
        return slices.begin(time, 'offline');
      default:
    }
  }

  #inGuest(time: number, message: Message): void {
    const slices = this.#guests[message.guest];
    if (slices === undefined) return;
    const machine = this.#parts.guests[message.guest]!;
    const { topic } = message;
    const isUser =
      topic === 'guest-return' || (topic === 'guest-entered' && machine.state === 'user');
    if (isUser) {
      const { running } = machine.kernel;
      const name = running < 0 ? 'idle task' : `process ${running}`;
      const args = running < 0 ? undefined : { trace: machine.kernel.process(running).name };
      slices.begin(time, name, args);
    } else if (topic === 'guest-entered' || (topic === 'guest-trap' && message.direct)) {
      slices.begin(time, 'kernel');
    } else if (topic === 'trap') {
      slices.end(time);
    }
  }

  #inMmu(time: number, message: Message): void {
    const slices = this.#mmus[message.guest];
    const request = requests[message.topic];
    if (request !== undefined) slices?.begin(time, request, argsOf(message));
    else if (message.topic === 'shadow-done' || message.topic === 'switcher-mapped')
      slices?.end(time);
  }

  #arrows(time: number, message: Message): void {
    const { topic, cpu, guest } = message;
    if (topic === 'trap') {
      this.#left.set(guest, { track: cpuTrack(cpu), time });
      if (message.vector !== PAGE_FAULT) return;
      const flow = { id: ++this.#flows, name: `fault at ${word(message.address)}` };
      this.#faults.set(guest, flow);
      this.#arrow('s', flow, cpuTrack(cpu), time);
    } else if (topic === 'demand-page') {
      const flow = this.#faults.get(guest);
      if (flow !== undefined) this.#arrow('t', flow, mmuTrack(guest), time);
    } else if (topic === 'migrated') {
      const left = this.#left.get(guest);
      if (left === undefined) return;
      const flow = { id: ++this.#flows, name: `migration of guest ${guest}` };
      this.#migrations.set(guest, flow);
      this.#arrow('s', flow, left.track, left.time);
    } else if (topic === 'enter-guest') {
      for (const flows of [this.#faults, this.#migrations]) {
        const flow = flows.get(guest);
        if (flow !== undefined) this.#arrow('f', flow, cpuTrack(cpu), time);
        flows.delete(guest);
      }
    }
  }

  #arrow(ph: 's' | 't' | 'f', { id, name }: Flow, track: Track, time: number): void {
    if (!this.#isIn(time)) return;
    const event = { name, cat: 'flow', id, ...track, ts: microseconds(time) };
    this.#emit(ph === 'f' ? { ...event, ph, bp: 'e' } : { ...event, ph });
  }

  #instants(time: number, message: Message): void {
    const track = this.#guests[message.guest]?.track;
    if (track === undefined || !this.#isIn(time)) return;
    const instant = (name: string, args: Readonly<Record<string, string | number>> = {}): void =>
      this.#emit({ ph: 'i', s: 't', name, cat: 'event', ...track, ts: microseconds(time), args });
    switch (message.topic) {
      case 'hypercall':
        return instant(hypercallName(message.number), { ring: message.fromRing ? 1 : 0 });
      case 'slot-changed':
        return instant(`slot ${message.slot} ${message.change}`, { gpgdir: word(message.gpgdir) });
      case 'process-started':
        return instant(`process ${message.process} starts`, { parent: message.parent });
      case 'process-ended':
        return instant(`process ${message.process} ends`, { exit: message.exit });
      case 'guest-killed':
        return instant('killed', { reason: message.reason });
      default:
    }
  }

  /** How it stands with what is counted. */
  #count(time: number): void {
    if (!this.#isIn(time) || time - this.#counted < COUNT_INTERVAL) return;
    this.#counted = time;
    const { host, guests } = this.#parts;
    const sum = (values: readonly number[]): number =>
      values.reduce((all, value) => all + value, 0);
    const counters = host.cpus.map(({ core }) => core.counters);
    const counts: Readonly<Record<string, number>> = {
      'page faults': sum(counters.map(({ pageFaults }) => pageFaults)),
      'TLB misses': sum(counters.map(({ tlbMisses }) => tlbMisses)),
      'world switches': sum(host.worldSwitches.map(({ worldSwitches }) => worldSwitches)),
      'shadow fills': sum(guests.map(({ mmu }) => mmu.counters.shadowFills)),
      'shadow table pages': sum(
        guests.map(({ mmu }) => mmu.counters.tablesAllocated - mmu.counters.tablesFreed),
      ),
    };
    for (const [name, value] of Object.entries(counts)) {
      const event = { name, cat: 'count', ...machineTrack, ts: microseconds(time) };
      this.#emit({ ...event, ph: 'C', args: { value } });
    }
  }

  #isIn(time: number): boolean {
    return time >= this.#window.from && time <= this.#window.to;
  }
}

/** What the host is at, by the trap that brought it there. */
function hostWork({ trapNumber, address }: Message<'guest-exit'>): string {
  if (trapNumber === PAGE_FAULT) return `host: page fault at ${word(address)}`;
  return trapNumber === 31 ? 'host: hypercall' : `host: trap ${trapNumber}`;
}

/** A message's own fields, as they are shown beside a slice. */
function argsOf({
  topic: _,
  cpu,
  guest: __,
  ...fields
}: Message): Readonly<Record<string, string | number>> {
  const shown = Object.entries(fields).map(([name, value]: [string, unknown]) => {
    const isAddress = ['address', 'gpgdir', 'gpmd', 'guestData', 'esp'].includes(name);
    return [name, isAddress ? word(value as number) : String(value)];
  });
  return { cpu, ...(Object.fromEntries(shown) as Record<string, string>) };
}
