// SPDX-License-Identifier: GPL-2.0-or-later
import { Subject, type Observable, type Subscription } from 'rxjs';
import { routes, type Message, type Topic } from './messages.js';
import type { VirtualClock } from './virtual-clock.js';

/** A message with its place in the one order of all messages, and its time. */
export interface Envelope {
  /** Counts from 0 in the order of delivery. */
  readonly sequence: number;
  /** Clock of the message's host CPU when it was published, in cycles. */
  readonly time: number;
  readonly message: Message;
}

/**
 * The message bus. Dispatch is run to completion: a message that is published while another is
 * handled waits its turn in one queue, so there is no re-entrancy and one linear order.
 */
export class Bus {
  private readonly clock: VirtualClock;
  private readonly queue: Message[] = [];
  private readonly times: number[] = [];
  private readonly handlers = new Map<Topic, Subject<Message>[]>();
  private readonly watched = new Subject<Envelope>();
  private dispatching = false;
  private failure: { error: unknown } | undefined;
  private delivered = 0;

  /** Every message in order of delivery, before its handler sees it. Costs nothing unobserved. */
  readonly messages$: Observable<Envelope> = this.watched.asObservable();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Messages delivered so far. */
  get sequence(): number {
    return this.delivered;
  }

  /**
   * Lets `handler` receive a topic, for the component with this number (of the host CPU or of the
   * guest; 0 for the host scheduler). An error it throws stops the dispatch and is thrown by the
   * `publish` that started it.
   */
  handle<T extends Topic>(
    topic: T,
    instance: number,
    handler: (message: Message<T>) => void,
  ): Subscription {
    return this.subject(topic, instance).subscribe((message) => {
      try {
        handler(message as Message<T>);
      } catch (error) {
        this.failure ??= { error };
      }
    });
  }

  /**
   * Publishes a message. Unless a dispatch is under way it is delivered at once, with everything
   * that its handlers publish in turn.
   *
   * @throws Error if nobody handles a topic that is addressed to someone; whatever a handler threw
   */
  publish(message: Message): void {
    this.queue.push(message);
    this.times.push(this.clock.now[message.cpu] ?? 0);
    if (!this.dispatching) this.dispatch();
  }

  /** Completes all streams; nothing can be published afterwards. */
  close(): void {
    for (const subjects of this.handlers.values()) for (const s of subjects) s.complete();
    this.handlers.clear();
    this.watched.complete();
  }

  /** Puts the message counter back, when a snapshot is restored. */
  restoreSequence(sequence: number): void {
    this.delivered = sequence;
  }

  private dispatch(): void {
    this.dispatching = true;
    const { queue, times } = this;
    try {
      for (let next = 0; next < queue.length; next++) {
        this.deliver(queue[next]!, times[next]!);
        if (this.failure !== undefined) this.fail();
      }
    } finally {
      queue.length = 0;
      times.length = 0;
      this.dispatching = false;
    }
  }

  private deliver(message: Message, time: number): void {
    const sequence = this.delivered++;
    if (this.watched.observed) this.watched.next({ sequence, time, message });
    const route = routes[message.topic];
    if (route === 'watch') return;
    const instance = route === 'host' ? 0 : message[route];
    const subject = this.handlers.get(message.topic)?.[instance];
    if (subject?.observed !== true) {
      throw new Error(`message ${message.topic}: nobody handles it for ${route} ${instance}`);
    }
    subject.next(message);
  }

  private fail(): never {
    const { error } = this.failure!;
    this.failure = undefined;
    throw error;
  }

  private subject(topic: Topic, instance: number): Subject<Message> {
    let subjects = this.handlers.get(topic);
    if (subjects === undefined) this.handlers.set(topic, (subjects = []));
    return (subjects[instance] ??= new Subject<Message>());
  }
}
