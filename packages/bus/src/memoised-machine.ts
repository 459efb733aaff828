// SPDX-License-Identifier: GPL-2.0-or-later
import {
  getInitialSnapshot,
  getNextSnapshot,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate';

/** What an inspector of machines is told about one transition. */
export interface MachineTransition {
  /** Which one: `cpu 1`, `guest 0 mmu`. */
  readonly id: string;
  /** Id of its machine: `host-cpu`. */
  readonly machine: string;
  /** Type of the event. */
  readonly event: string;
  /** Name of the state before. */
  readonly from: string;
  /** Name of the state after: the same if the event is handled by staying there. */
  readonly to: string;
}

/** Is told of each transition, after it. */
export type MachineInspector = (transition: MachineTransition) => void;

/** @internal A state of a memoised machine, with the transitions from it that were computed so far. */
interface MemoisedState {
  readonly name: string;
  readonly snapshot: AnyMachineSnapshot;
  /** Events that were followed from here, and the state that each led to. */
  readonly events: string[];
  readonly next: MemoisedState[];
}

/**
 * An xstate machine with its transitions memoised by state value and event type.
 *
 * That is sound only for a pure machine: no context, no actions, no invocations, no delays, no
 * guards. The constructor refuses any other. The machine stays the one definition of what is legal;
 * every transition is computed once by xstate itself and looked up from then on.
 */
export class MemoisedMachine<Machine extends AnyStateMachine = AnyStateMachine> {
  /** The machine as xstate has it: for drawing, or for an inspector. */
  readonly machine: Machine;
  /** Name of the initial state. */
  readonly initial: string;
  /** The same machine, for computing with: its own type is only of use to who has it. */
  private readonly definition: AnyStateMachine;
  private readonly states = new Map<string, MemoisedState>();

  /** @throws TypeError if the machine is not pure */
  constructor(machine: Machine) {
    assertPure(machine.config as Record<string, unknown>, machine.id);
    this.machine = machine;
    this.definition = machine;
    this.initial = this.memoise(getInitialSnapshot(this.definition) as AnyMachineSnapshot).name;
  }

  /** The state that an event leads to, or undefined if the event is illegal in `state`. */
  transition(state: string, event: string): string | undefined {
    return this.follow(this.memoised(state), event)?.name;
  }

  /** Event types that are legal in a state. */
  legalEvents(state: string): readonly string[] {
    const snapshot = this.states.get(state)?.snapshot;
    if (snapshot === undefined) return [];
    const types = this.definition.events as string[];
    return types.filter((type) => this.isLegal(snapshot, type));
  }

  /**
   * @internal For who sends many events: a state that was reached before.
   * @throws RangeError if none of that name was
   */
  memoised(state: string): MemoisedState {
    const memoised = this.states.get(state);
    if (memoised === undefined) throw new RangeError(`${this.definition.id}: no state ${state}`);
    return memoised;
  }

  /** @internal Like `transition`, with one look-up for an event that was followed from there before. */
  follow(state: MemoisedState, event: string): MemoisedState | undefined {
    // A state has few events, so a look at each is quicker than a map.
    const { events } = state;
    for (let i = 0; i < events.length; i++) if (events[i] === event) return state.next[i];
    return this.compute(state, event);
  }

  /** Unlike `snapshot.can`, an event that is handled by staying where one is counts as legal. */
  private isLegal(snapshot: AnyMachineSnapshot, type: string): boolean {
    return this.definition.getTransitionData(snapshot, { type }).length > 0;
  }

  private compute(from: MemoisedState, event: string): MemoisedState | undefined {
    const { snapshot } = from;
    if (!this.isLegal(snapshot, event)) return undefined;
    const nextSnapshot = getNextSnapshot(this.definition, snapshot, { type: event });
    const state = this.memoise(nextSnapshot as AnyMachineSnapshot);
    from.events.push(event);
    from.next.push(state);
    return state;
  }

  private memoise(snapshot: AnyMachineSnapshot): MemoisedState {
    const name = stateName(snapshot);
    const state = this.states.get(name) ?? { name, snapshot, events: [], next: [] };
    this.states.set(name, state);
    return state;
  }
}

/** One running instance of a machine. Its state is a string: that is also its snapshot. */
export class MachineInstance {
  /** Which one: `cpu 1`, `guest 0 mmu`. */
  readonly id: string;
  private readonly machine: MemoisedMachine;
  private readonly inspect: MachineInspector | undefined;
  private current: MemoisedState;

  constructor(id: string, machine: MemoisedMachine, inspect?: MachineInspector) {
    this.id = id;
    this.machine = machine;
    this.inspect = inspect;
    this.current = machine.memoised(machine.initial);
  }

  /** Name of the current state; a nested state value is written as JSON. */
  get state(): string {
    return this.current.name;
  }

  /**
   * Follows an event.
   * @throws Error if the event is illegal in the current state: a bug in an actor, never silence
   */
  send(event: string): void {
    this.enter(this.after(event), event);
  }

  /** What sends one event to this machine. */
  sender(event: string): EventSender {
    return new EventSender(this, event);
  }

  /** @internal The current state, memoised. */
  get at(): MemoisedState {
    return this.current;
  }

  /**
   * @internal The state that an event leads to.
   * @throws Error as `send` does
   */
  after(event: string): MemoisedState {
    const { current, machine } = this;
    const to = machine.follow(current, event);
    if (to !== undefined) return to;
    const legal = machine.legalEvents(current.name).join(', ');
    throw new Error(
      `${this.id}: event ${event} is illegal in state ${current.name}; legal: ${legal}`,
    );
  }

  /** @internal Changes to the state that an event leads to. */
  enter(to: MemoisedState, event: string): void {
    const from = this.current;
    this.current = to;
    if (this.inspect !== undefined) this.tell(this.inspect, from, event);
  }

  /**
   * Puts a state back that `state` returned.
   * @throws RangeError if the machine has no path to such a state
   */
  restore(state: string): void {
    if (!reachableStates(this.machine).has(state)) {
      throw new RangeError(`${this.id}: no state ${state}`);
    }
    this.current = this.machine.memoised(state);
  }

  private tell(inspect: MachineInspector, { name: from }: MemoisedState, event: string): void {
    inspect({ id: this.id, machine: this.machine.machine.id, event, from, to: this.state });
  }
}

/**
 * Sends one event to one machine. For who sends it often: what it led to is kept, and an event mostly comes in the
 * same state.
 */
export class EventSender {
  private readonly instance: MachineInstance;
  private readonly event: string;
  private from: MemoisedState | undefined;
  private to: MemoisedState | undefined;

  /** @internal See `MachineInstance.sender`. */
  constructor(instance: MachineInstance, event: string) {
    this.instance = instance;
    this.event = event;
  }

  /** As `MachineInstance.send`. */
  send(): void {
    const { instance, event } = this;
    if (instance.at !== this.from) {
      this.to = instance.after(event);
      this.from = instance.at;
    }
    instance.enter(this.to!, event);
  }
}

/** Every state that can be reached from the initial one, by name. */
export function reachableStates(machine: MemoisedMachine): ReadonlySet<string> {
  const seen = new Set([machine.initial]);
  for (const state of seen) {
    for (const event of machine.legalEvents(state)) seen.add(machine.transition(state, event)!);
  }
  return seen;
}

function stateName(snapshot: AnyMachineSnapshot): string {
  const value = snapshot.value as unknown;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const impureKeys = ['actions', 'entry', 'exit', 'invoke', 'after', 'always', 'guard', 'context'];

function assertPure(config: Record<string, unknown>, path: string): void {
  for (const [key, value] of Object.entries(config)) {
    if (impureKeys.includes(key)) {
      throw new TypeError(`machine ${path}: '${key}' is not allowed, transitions are memoised`);
    }
    if (typeof value === 'object' && value !== null) {
      assertPure(value as Record<string, unknown>, `${path}.${key}`);
    }
  }
}
