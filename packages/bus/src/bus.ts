// SPDX-License-Identifier: GPL-2.0-or-later
import { Subject, Subscription, type Observable } from 'rxjs';
import { routes, type Message, type Route, type Topic } from './messages.js';
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
 * Goes along with the dispatch, message by message. What it throws stops the dispatch, as what a
 * handler throws does.
 */
export interface Attendant {
  /** The message is next; whoever watches has seen it. */
  before(envelope: Envelope): void;
  /** Its handlers are done with it. */
  after(envelope: Envelope): void;
}

type Handler = (message: Message) => void;

/** A topic: where its messages go, and by number of the component who handles them there, in order. */
interface Channel {
  readonly route: Route;
  readonly handlers: (readonly Handler[] | undefined)[];
}

/** Places that the queue keeps when it is empty. */
const QUEUE_PLACES = 1024;

/**
 * The message bus. Dispatch is run to completion: a message that is published while another is
 * handled waits its turn in one queue, so there is no re-entrancy and one linear order.
 *
 * Who watches does so on `messages$`. A message that is for one component goes straight to that
 * component's handler, as a rule the only one there: with a Subject between the two, delivering takes
 * longer than what the handler does.
 */
export class Bus {
  private readonly clock: VirtualClock;
  /** Messages that wait from `head` up to `tail`, and when they were published. What is outside is old. */
  private readonly queue: Message[] = [];
  private readonly times: number[] = [];
  private head = 0;
  private tail = 0;
  private readonly channels: ReadonlyMap<Topic, Channel> = newChannels();
  private readonly watched = new Subject<Envelope>();
  private attendant: Attendant | undefined;
  private dispatching = false;
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
   * guest; 0 for the host scheduler), until the subscription ends. An error it throws stops the
   * dispatch and is thrown by the `publish` that started it.
   */
  handle<T extends Topic>(
    topic: T,
    instance: number,
    handler: (message: Message<T>) => void,
  ): Subscription {
    const { handlers } = this.channels.get(topic)!;
    const added = handler as Handler;
    handlers[instance] = [...(handlers[instance] ?? []), added];
    return new Subscription(() => {
      handlers[instance] = handlers[instance]?.filter((other) => other !== added);
    });
  }

  /**
   * Publishes a message. Unless a dispatch is under way it is delivered at once, with everything
   * that its handlers publish in turn.
   *
   * @throws Error if nobody handles a topic that is addressed to someone; whatever a handler threw
   */
  publish(message: Message): void {
    const place = this.tail++;
    this.queue[place] = message;
    this.times[place] = this.clock.now[message.cpu] ?? 0;
    if (!this.dispatching) this.dispatch();
  }

  /** Lets somebody go along with every message, in place of whoever did. */
  attend(attendant: Attendant | undefined): void {
    this.attendant = attendant;
  }

  /** Completes all streams; nothing can be published afterwards. */
  close(): void {
    for (const { handlers } of this.channels.values()) handlers.length = 0;
    this.watched.complete();
  }

  /** Puts the message counter back, when a snapshot is restored. */
  restoreSequence(sequence: number): void {
    this.delivered = sequence;
  }

  private dispatch(): void {
    this.dispatching = true;
    try {
      while (this.head < this.tail) {
        const place = this.head++;
        this.deliver(this.queue[place]!, this.times[place]!);
      }
    } finally {
      this.empty();
      this.dispatching = false;
    }
  }

  /** The places are kept for the next dispatch, unless they are very many. */
  private empty(): void {
    this.head = 0;
    this.tail = 0;
    if (this.queue.length <= QUEUE_PLACES) return;
    this.queue.length = 0;
    this.times.length = 0;
  }

  private deliver(message: Message, time: number): void {
    const sequence = this.delivered++;
    if (this.watched.observed) this.watched.next({ sequence, time, message });
    const { attendant } = this;
    if (attendant === undefined) return this.hand(message);
    attendant.before({ sequence, time, message });
    this.hand(message);
    attendant.after({ sequence, time, message });
  }

  /** Lets the handlers of a message have it. */
  private hand(message: Message): void {
    const { route, handlers } = this.channels.get(message.topic)!;
    if (route === 'watch') return;
    const instance = route === 'guest' ? message.guest : route === 'cpu' ? message.cpu : 0;
    const receivers = handlers[instance];
    if (receivers === undefined || receivers.length === 0) {
      throw new Error(`message ${message.topic}: nobody handles it for ${route} ${instance}`);
    }
    for (let i = 0; i < receivers.length; i++) receivers[i]!(message);
  }
}

function newChannels(): ReadonlyMap<Topic, Channel> {
  const topics = Object.keys(routes) as Topic[];
  return new Map(topics.map((topic) => [topic, { route: routes[topic], handlers: [] }]));
}
