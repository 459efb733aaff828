// SPDX-License-Identifier: GPL-2.0-or-later
import type { MachineTransition } from '@lguest-sim/bus';
import { machines } from '@lguest-sim/simulation';

/** Version of the protocol, as inspectors know it. */
const VERSION = '0.7.2';

/** The machine of the run itself: the others belong to it. */
const ROOT = 'run';

/** What each event of the protocol has. */
export interface InspectionBase {
  /** Which machine it is about. */
  readonly sessionId: string;
  /** The run’s machine, which the others belong to. */
  readonly rootId: string;
  /** Milliseconds as text in the protocol; here cycles of virtual time. */
  readonly createdAt: string;
  /** A name of its own. */
  readonly id: string;
  /** Version of the protocol. */
  readonly _version: string;
}

/** An event as the protocol has it: its name only, since these machines’ events carry nothing. */
export interface InspectedEvent {
  /** Name of the event. */
  readonly type: string;
}

/** A machine’s state as the protocol has it. */
export interface InspectedSnapshot {
  /** Whether the machine can still go on. */
  readonly status: 'active' | 'done';
  /** Name of the state. */
  readonly value: unknown;
  /** Empty: these machines have none. */
  readonly context: object;
}

/** What inspectors of xstate's machines are sent (the protocol of `@statelyai/inspect`). */
export type InspectionEvent = InspectionBase &
  (
    | {
        readonly type: '@xstate.actor';
        readonly name: string;
        readonly parentId: string | undefined;
        /** The machine's definition as JSON. */
        readonly definition: string;
        readonly snapshot: InspectedSnapshot;
      }
    | {
        readonly type: '@xstate.event';
        readonly event: InspectedEvent;
        readonly sourceId: undefined;
      }
    | {
        readonly type: '@xstate.snapshot';
        readonly event: InspectedEvent;
        readonly snapshot: InspectedSnapshot;
      }
  );

/** Tells an inspector what a run's machines do. */
export class Inspection {
  readonly #known = new Set<string>();
  #count = 0;

  /**
   * What to tell of a transition: first, once, that there is such a machine; then the event, and the
   * state it led to.
   * @param time in cycles
   */
  eventsOf({ id, machine, event, from, to }: MachineTransition, time: number): InspectionEvent[] {
    const type = { type: event };
    const told: InspectionEvent[] = [];
    if (!this.#known.has(ROOT)) told.push(this.#actor(ROOT, ROOT, 'ready', time));
    if (!this.#known.has(id)) told.push(this.#actor(id, machine, from, time));
    told.push(
      { type: '@xstate.event', event: type, sourceId: undefined, ...this.#base(id, time) },
      {
        type: '@xstate.snapshot',
        event: type,
        snapshot: snapshotOf(machine, to),
        ...this.#base(id, time),
      },
    );
    return told;
  }

  #actor(id: string, machine: string, state: string, time: number): InspectionEvent {
    this.#known.add(id);
    return {
      type: '@xstate.actor',
      name: id,
      ...this.#base(id, time),
      parentId: id === ROOT ? undefined : ROOT,
      definition: definitions.get(machine)!,
      snapshot: snapshotOf(machine, state),
    };
  }

  #base(sessionId: string, time: number): InspectionBase {
    const id = String(this.#count++);
    return { sessionId, rootId: ROOT, createdAt: String(time), id, _version: VERSION };
  }
}

const all = machines.map(({ machine }) => machine.machine);
const definitions = new Map(all.map((machine) => [machine.id, JSON.stringify(machine.config)]));
const finals = new Set(
  all.flatMap(({ id, states }) =>
    Object.values(states)
      .filter(({ type }) => type === 'final')
      .map(({ key }) => `${id} ${key}`),
  ),
);

function snapshotOf(machine: string, state: string): InspectedSnapshot {
  const value: unknown = state.startsWith('{') ? JSON.parse(state) : state;
  const status = finals.has(`${machine} ${state}`) ? 'done' : 'active';
  return { status, value, context: {} };
}
