// SPDX-License-Identifier: GPL-2.0-or-later
import { Bus, type Channel, type Place } from './bus.js';
import type { Message, Topic } from './messages.js';
import type { VirtualClock } from './virtual-clock.js';

/** Every `MessageFaultKind`. */
export const messageFaultKinds = ['drop', 'double', 'delay'] as const;
/** Whether a message is lost, comes twice, or comes after the one that follows it. */
export type MessageFaultKind = (typeof messageFaultKinds)[number];

/** What is done to one message on its way. */
export interface PlannedMessageFault {
  /** What is done to it. */
  readonly kind: MessageFaultKind;
  /** Which messages count; `*` for all. */
  readonly topic: Topic | '*';
  /** Which one of them, from 1. */
  readonly nth: number;
}

/** A message did not arrive once and in its turn. */
export class MessageFault extends Error {
  /** What a program tells it by. */
  readonly code = 'MESSAGE_FAULT';
  /** Number of the message, as event logs count. */
  readonly sequence: number;

  constructor(sequence: number, problem: string) {
    super(`message ${sequence} ${problem}`);
    this.name = 'MessageFault';
    this.sequence = sequence;
  }
}

/** A message on its way, with what `Bus.enqueue` is told and its number. */
interface Sent {
  readonly message: Message;
  readonly channel: Channel;
  readonly cpu: number;
  readonly guest: number;
  readonly number: number;
}

/**
 * A bus that loses, doubles or delays messages, to show that this is noticed.
 *
 * Whoever publishes numbers the messages, and whoever delivers them insists on every number in its
 * turn: nothing is handled any more once one is missing, comes twice or too late. The plain bus has
 * neither the numbers nor the faults.
 */
export class UnreliableBus extends Bus {
  private readonly faults: readonly PlannedMessageFault[];
  /** Messages so far that each fault counts. */
  private seen: number[];
  private published = 0;
  private expected = 0;
  /** Numbers of the messages that wait. */
  private readonly waiting: number[] = [];
  private late: Sent | undefined;

  constructor(clock: VirtualClock, faults: readonly PlannedMessageFault[]) {
    super(clock);
    this.faults = faults;
    this.seen = faults.map(() => 0);
  }

  /**
   * @internal Lets a message wait its turn, or does to it what a fault says.
   * @throws MessageFault, and whatever `Bus.publish` does
   */
  override enqueue(message: Message, channel: Channel, cpu: number, guest: number): void {
    const isFirst = !this.dispatching;
    this.send({ message, channel, cpu, guest, number: this.published++ });
    if (isFirst && this.expected !== this.published) {
      throw new MessageFault(this.expected, 'is missing: it never came');
    }
  }

  /** How many messages each fault has counted. */
  faultCounts(): readonly number[] {
    return [...this.seen];
  }

  /** Puts back what `faultCounts` returned. */
  restoreFaultCounts(counts: readonly number[]): void {
    this.seen = [...counts];
  }

  /** Puts the message counter back, when a snapshot is restored. */
  override restoreSequence(sequence: number): void {
    super.restoreSequence(sequence);
    this.published = this.expected = sequence;
  }

  /** @internal Insists on the message’s turn. */
  protected override deliver(place: Place): void {
    const number = this.waiting.shift()!;
    const { topic, guest, cpu } = place.message;
    const what = `${topic}, guest ${guest}, host CPU ${cpu}`;
    if (number < this.expected) throw new MessageFault(number, `came again or too late: ${what}`);
    if (number > this.expected) {
      throw new MessageFault(this.expected, `is missing: message ${number} came first (${what})`);
    }
    this.expected++;
    super.deliver(place);
  }

  private send(sent: Sent): void {
    switch (this.faultOf(sent.message)) {
      case 'drop':
        return;
      case 'delay':
        this.late = sent;
        return;
      case 'double':
        this.pass(sent);
        return this.pass(sent);
      case undefined:
        this.pass(sent);
        if (this.late !== undefined) this.passLate(this.late);
    }
  }

  private passLate(sent: Sent): void {
    this.late = undefined;
    this.pass(sent);
  }

  private pass({ message, channel, cpu, guest, number }: Sent): void {
    this.waiting.push(number);
    super.enqueue(message, channel, cpu, guest);
  }

  private faultOf({ topic }: Message): MessageFaultKind | undefined {
    let found: MessageFaultKind | undefined;
    for (const [index, fault] of this.faults.entries()) {
      if (fault.topic !== '*' && fault.topic !== topic) continue;
      if (++this.seen[index]! === fault.nth) found ??= fault.kind;
    }
    return found;
  }
}
