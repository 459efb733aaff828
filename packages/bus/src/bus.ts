// SPDX-License-Identifier: GPL-2.0-or-later
import { Observable, Subject, Subscription } from 'rxjs';
import { routes, type Message, type Route, type Topic } from './messages.js';
import type { VirtualClock } from './virtual-clock.js';

/** A message with its place in the one order of all messages, and its time. */
export interface Envelope {
  /** Counts from 0 in the order of delivery. */
  readonly sequence: number;
  /** Clock of the message's host CPU when it was published, in cycles. */
  readonly time: number;
  /** The message itself. */
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

/** What publishes the messages of one topic. For who publishes many: the bus need not look the topic up. */
export interface Publisher<T extends Topic> {
  /** As `Bus.publish`. */
  publish(message: Message<T>): void;
}

/** @internal A topic: where its messages go, and by number of the component who handles them there. */
export interface Channel {
  readonly route: Route;
  readonly isForGuest: boolean;
  readonly isForCpu: boolean;
  /** All of them, in order. */
  readonly handlers: (readonly Handler[] | undefined)[];
  /** The one, or what calls all. */
  readonly receivers: (Handler | undefined)[];
}

/**
 * @internal A message that waits. Messages of different topics are objects of different shapes, which makes
 * reading from them slow: so what the dispatch needs is read once.
 */
export interface Place {
  message: Message;
  channel: Channel;
  /** Number of the component that it is for. */
  instance: number;
  /** When it was published, in cycles. */
  time: number;
}

/**
 * Messages after which the queue is made anew. Messages are young objects, and to store a young object in
 * one that the collector holds for old takes longer than all else that the queue does: so its places are
 * to be young too.
 */
const QUEUE_RENEWAL = 4096;

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
  /** Messages of this dispatch, up to `tail`. What is beyond is old. */
  private queue: Place[] = [];
  private tail = 0;
  /** How many messages will have been delivered when the queue is made anew. */
  private renewal = QUEUE_RENEWAL;
  private readonly channels: ReadonlyMap<Topic, Channel> = newChannels();
  private readonly watched = new Subject<Envelope>();
  private watchers = 0;
  private attendant: Attendant | undefined;
  /** Whether anybody watches or attends. */
  private isSeen = false;
  /** @internal Whether messages are being delivered. */
  protected dispatching = false;
  private delivered = 0;

  /** Every message in order of delivery, before its handler sees it. Costs nothing unobserved. */
  readonly messages$ = new Observable<Envelope>((watcher) => {
    const subscription = this.watched.subscribe(watcher);
    this.count(1);
    return () => {
      subscription.unsubscribe();
      this.count(-1);
    };
  });

  /** @param clock what messages get their times from: that of the host CPU they name */
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
    const channel = this.channels.get(topic)!;
    const added = handler as Handler;
    setHandlers(channel, instance, [...(channel.handlers[instance] ?? []), added]);
    return new Subscription(() => {
      const left = channel.handlers[instance]?.filter((other) => other !== added);
      setHandlers(channel, instance, left ?? []);
    });
  }

  /**
   * Publishes a message. Unless a dispatch is under way it is delivered at once, with everything
   * that its handlers publish in turn.
   *
   * @throws Error if nobody handles a topic that is addressed to someone; whatever a handler threw
   */
  publish(message: Message): void {
    this.enqueue(message, this.channels.get(message.topic)!, message.cpu, message.guest);
  }

  /** What publishes a topic's messages here. */
  publisher<T extends Topic>(topic: T): Publisher<T> {
    return new ChannelPublisher<T>(this, this.channels.get(topic)!);
  }

  /**
   * @internal Lets a message wait its turn. Which CPU and guest it names is told by who knows its shape:
   * here, where messages of all shapes come by, reading a field takes longer.
   */
  enqueue(message: Message, channel: Channel, cpu: number, guest: number): void {
    const instance = channel.isForGuest ? guest : channel.isForCpu ? cpu : 0;
    const time = this.clock.now[cpu] ?? 0;
    const place = this.queue[this.tail];
    if (place === undefined) {
      this.queue.push({ message, channel, instance, time });
    } else {
      place.message = message;
      place.channel = channel;
      place.instance = instance;
      place.time = time;
    }
    this.tail++;
    if (!this.dispatching) this.dispatch();
  }

  /** Lets somebody go along with every message, in place of whoever did. */
  attend(attendant: Attendant | undefined): void {
    this.attendant = attendant;
    this.count(0);
  }

  /** Completes all streams; nothing can be published afterwards. */
  close(): void {
    for (const { handlers, receivers } of this.channels.values()) {
      handlers.length = 0;
      receivers.length = 0;
    }
    this.watched.complete();
  }

  /** Puts the message counter back, when a snapshot is restored. */
  restoreSequence(sequence: number): void {
    this.delivered = sequence;
    this.renewal = sequence + QUEUE_RENEWAL;
  }

  private count(more: number): void {
    this.watchers += more;
    this.isSeen = this.watchers > 0 || this.attendant !== undefined;
  }

  private dispatch(): void {
    const { queue } = this;
    this.dispatching = true;
    try {
      for (let head = 0; head < this.tail; head++) this.deliver(queue[head]!);
    } finally {
      this.empty();
      this.dispatching = false;
    }
  }

  /** The places are kept for the next dispatch, unless they are due to be made anew. */
  private empty(): void {
    this.tail = 0;
    if (this.delivered < this.renewal) return;
    this.queue = [];
    this.renewal = this.delivered + QUEUE_RENEWAL;
  }

  /** @internal Has the message seen, and handled. */
  protected deliver(place: Place): void {
    const sequence = this.delivered++;
    if (this.isSeen) this.deliverSeen(place, sequence);
    else hand(place.message, place.channel, place.instance);
  }

  private deliverSeen({ message, channel, instance, time }: Place, sequence: number): void {
    this.watched.next({ sequence, time, message });
    const { attendant } = this;
    attendant?.before({ sequence, time, message });
    hand(message, channel, instance);
    attendant?.after({ sequence, time, message });
  }
}

class ChannelPublisher<T extends Topic> implements Publisher<T> {
  private readonly bus: Bus;
  private readonly channel: Channel;

  constructor(bus: Bus, channel: Channel) {
    this.bus = bus;
    this.channel = channel;
  }

  publish(message: Message<T>): void {
    this.bus.enqueue(message as Message, this.channel, message.cpu, message.guest);
  }
}

/** Lets the handlers of a message have it. */
function hand(message: Message, channel: Channel, instance: number): void {
  const receiver = channel.receivers[instance];
  if (receiver !== undefined) return receiver(message);
  const { route } = channel;
  if (route === 'watch') return;
  throw new Error(`message ${message.topic}: nobody handles it for ${route} ${instance}`);
}

function setHandlers(channel: Channel, instance: number, handlers: readonly Handler[]): void {
  channel.handlers[instance] = handlers;
  // An announcement is for whoever watches, not for a component.
  if (channel.route !== 'watch') channel.receivers[instance] = receiverOf(handlers);
}

function receiverOf(handlers: readonly Handler[]): Handler | undefined {
  if (handlers.length < 2) return handlers[0];
  return (message) => {
    for (const handler of handlers) handler(message);
  };
}

function newChannels(): ReadonlyMap<Topic, Channel> {
  const topics = Object.keys(routes) as Topic[];
  return new Map(topics.map((topic) => [topic, newChannel(routes[topic])]));
}

function newChannel(route: Route): Channel {
  return {
    route,
    isForGuest: route === 'guest',
    isForCpu: route === 'cpu',
    handlers: [],
    receivers: [],
  };
}
