// SPDX-License-Identifier: GPL-2.0-or-later
import type { Exploration, ExploreOptions, Layer } from './explore.js';
import { Frontier } from './frontier.js';
import { StateSet } from './state-set.js';
import { Transitions, type Outcome } from './transitions.js';
import { Trail } from './trail.js';
import { Findings, type Finding } from './findings.js';
import type { PackedState } from './saved-state.js';

/** Goes from state to state, breadth first, and keeps account of what was found. */
export class Explorer {
  private readonly options: ExploreOptions;
  private readonly transitions: Transitions;
  private readonly known = new StateSet();
  private readonly trail = new Trail();
  private readonly findings = new Findings();
  private readonly layers: Layer[] = [];
  private next = new Frontier();
  /** Number of the state that is gone on from. */
  private state = 0;
  private depth = 0;
  /** Whether there are states at the greatest depth that could be gone on from. */
  private isMore = false;
  private counts = { states: 0, dead: 0, transitions: 0 };

  constructor(options: ExploreOptions) {
    this.options = options;
    this.transitions = new Transitions(options, this.known);
  }

  *run(): Generator<Layer, Exploration> {
    yield this.begin();
    while (this.depth < this.options.depth && this.next.length > 0 && !this.isFull) {
      this.depth++;
      yield this.exploreLayer();
    }
    const sum = (key: 'states' | 'transitions'): number =>
      this.layers.reduce((total, layer) => total + layer[key], 0);
    return {
      options: this.options,
      layers: this.layers,
      states: sum('states'),
      transitions: sum('transitions'),
      operations: this.transitions.operations.length,
      findings: this.findings.all,
      isAll: !this.isMore && !this.isFull,
      isCut: this.isFull,
    };
  }

  private get isFull(): boolean {
    return this.known.size >= this.options.mostStates;
  }

  private begin(): Layer {
    const outcome = this.transitions.begin();
    this.counts.states = 1;
    this.trail.add(-1, -1);
    this.note(outcome, 'the guest is made');
    this.next.push(this.transitions.pack());
    return this.endLayer();
  }

  private exploreLayer(): Layer {
    const layer = this.next;
    this.next = new Frontier();
    while (layer.length > 0 && !this.isFull) {
      this.exploreState(layer.shift()!);
      this.state++;
    }
    return this.endLayer();
  }

  private exploreState(state: PackedState): void {
    const { operations } = this.transitions;
    this.transitions.goTo(state);
    for (let number = 0; number < operations.length; number++) {
      const outcome = this.transitions.attempt(number);
      if (outcome === undefined) continue;
      this.counts.transitions++;
      this.note(outcome, operations[number]!.text);
      if (outcome.isNew) this.count(outcome, number);
      this.transitions.goBack();
    }
    this.note(this.transitions.lookForStrays(), 'one of the operations');
  }

  private count(outcome: Outcome, operation: number): void {
    this.counts.states++;
    if (outcome.isDead) this.counts.dead++;
    if (!outcome.goesOn) return;
    if (this.depth === this.options.depth) {
      this.isMore = true;
      return;
    }
    this.trail.add(this.state, operation);
    this.next.push(this.transitions.pack());
  }

  private endLayer(): Layer {
    const layer = { depth: this.depth, ...this.counts };
    this.layers.push(layer);
    this.counts = { states: 0, dead: 0, transitions: 0 };
    return layer;
  }

  private note({ findings }: Pick<Outcome, 'findings'>, last: string): void {
    for (const finding of findings) this.findings.note(finding, () => this.stepsTo(last));
  }

  private stepsTo(last: string): Finding['steps'] {
    const { operations } = this.transitions;
    return [...this.trail.to(this.state).map((number) => operations[number]!.text), last];
  }
}
