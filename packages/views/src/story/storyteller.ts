// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope, Message } from '@lguest-sim/bus';
import type { RunParts } from '@lguest-sim/simulation';
import { PageFaultError } from '@lguest-sim/x86';
import { Scene } from './scene.js';
import { tell } from './steps.js';
import { fact, type Fact, type Line, type Step, type Story } from './story.js';
import { bytesChanged, changesBetween, watch, type Watch } from './watched.js';
import { accessWord, word } from './words.js';

/** Which event of a run is to be told. */
export type Wanted =
  | {
      readonly kind: 'fault';
      /** Counts from 1. */
      readonly number: number;
      /** Only faults in this address's page count; undefined for all. */
      readonly page?: number;
      /** Only faults of processes count. */
      readonly user?: boolean;
    }
  | { readonly kind: 'migration'; readonly number: number };

const PAGE_FAULT = 14;
const PAGE_SHIFT = 12;

/** The story that is being told: of one guest, from one message on. */
interface Telling {
  readonly title: string;
  readonly about: readonly Fact[];
  readonly scene: Scene;
  /** Address of the fault; undefined for a migration. */
  readonly vaddr: number | undefined;
  /** What was known before the message that is being handled. */
  watched: Watch;
  readonly statePage: Int32Array;
}

/**
 * Looks at a run's messages until the event that is wanted, and tells it: what there is before each
 * message is read then, and what its handling changed when the next one comes. So nothing is paid by
 * the machine, and every number is the run's.
 */
export class Storyteller {
  readonly #parts: RunParts;
  readonly #wanted: Wanted;
  readonly #steps: (Omit<Step, 'lines'> & { lines: Line[] })[] = [];
  #found = 0;
  #telling: Telling | undefined;
  #story: Story | undefined;

  constructor(parts: RunParts, wanted: Wanted) {
    this.#parts = parts;
    this.#wanted = wanted;
  }

  /** How many events of the wanted kind there were so far. */
  get found(): number {
    return this.#found;
  }

  /** The story, once it has come to its end. */
  get story(): Story | undefined {
    return this.#story;
  }

  /** A message is about to be handled. */
  observe(envelope: Envelope): void {
    if (this.#story !== undefined) return;
    const { message } = envelope;
    if (this.#telling === undefined) {
      if (!this.#isWanted(message) || ++this.#found < this.#wanted.number) return;
      this.#telling = this.#begin(envelope);
    } else if (message.guest !== this.#telling.scene.guest) return;
    this.#add(envelope, this.#telling);
  }

  #isWanted(message: Message): boolean {
    const wanted = this.#wanted;
    if (wanted.kind === 'migration') return message.topic === 'migrated';
    if (message.topic !== 'trap' || message.vector !== PAGE_FAULT) return false;
    if (wanted.user === true && (message.errorCode & PageFaultError.user) === 0) return false;
    return wanted.page === undefined || message.address >>> PAGE_SHIFT === wanted.page;
  }

  #begin({ time, message }: Envelope): Telling {
    const { cpu, guest } = message;
    const scene = new Scene(this.#parts, guest);
    const vaddr = message.topic === 'trap' ? message.address : undefined;
    const { paging, fidelity } = this.#parts.config;
    const { running } = scene.machine.kernel;
    const process = running < 0 ? undefined : scene.machine.kernel.process(running);
    const who =
      process === undefined
        ? `guest ${guest}`
        : `process ${running} (${process.name}) of guest ${guest}`;
    return {
      title: this.#title(message, who),
      about: [
        fact('when', `cycle ${time}`, `on CPU ${cpu}`),
        fact('machine', `${paging} paging, fidelity ${fidelity}`),
        fact('table', `slot ${scene.vcpu.slot}`, `shadows gpgdir ${word(scene.slot.gpgdir)}`),
      ],
      scene,
      vaddr,
      watched: watch(scene, cpu, vaddr),
      statePage: scene.statePage(cpu),
    };
  }

  #title(message: Message, who: string): string {
    if (message.topic === 'migrated') {
      return `Migration ${this.#found}: ${who} goes from CPU ${message.from} to CPU ${message.cpu}`;
    }
    const { address, errorCode } = message as Message<'trap'>;
    return `Page fault ${this.#found}: ${who} ${accessWord(errorCode)} ${word(address)}`;
  }

  #add({ sequence, time, message }: Envelope, telling: Telling): void {
    const { scene, vaddr } = telling;
    const { topic, cpu } = message;
    const now = watch(scene, cpu, vaddr);
    this.#steps.at(-1)?.lines.push(...changesBetween(scene, telling.watched, now));
    telling.watched = now;
    const { who, title, lines } = tell(message, scene);
    const last = topic === 'guest-entered' ? this.#copied(cpu, telling) : [];
    this.#steps.push({ topic, sequence, time, cpu, who, title, lines: [...lines, ...last] });
    if (topic === 'guest-entered' || topic === 'guest-closed') this.#end(telling);
  }

  /** What the way back wrote into the CPU's state page. */
  #copied(cpu: number, { scene, statePage }: Telling): Fact[] {
    const { changed, all } = bytesChanged(statePage, scene.statePage(cpu));
    return [
      fact(
        'state page',
        `${changed} of ${all} bytes changed`,
        `of CPU ${cpu}, since the story began`,
      ),
    ];
  }

  #end({ title, about }: Telling): void {
    this.#story = { title, about, steps: this.#steps };
  }
}
