// SPDX-License-Identifier: GPL-2.0-or-later
import { describeViolation, type Violation } from '@lguest-sim/audit';
import { frameWord, hex } from '@lguest-sim/x86';
import type { ExploreOptions } from './explore.js';
import type { Found } from './findings.js';
import type { Operation } from './operation.js';
import { close, operationsOf } from './operations.js';
import { SavedState, packState, type PackedState } from './saved-state.js';
import { SmallMachine } from './small-machine.js';
import { StateAudit } from './state-audit.js';
import { StateHash } from './state-hash.js';
import { StateReader } from './state-reader.js';
import type { StateSet } from './state-set.js';
import { WordList } from './word-list.js';

/** What came of an operation. */
export interface Outcome {
  /** Whether the state was not known yet. */
  readonly isNew: boolean;
  readonly isDead: boolean;
  /** Whether anything can be done next. */
  readonly goesOn: boolean;
  readonly findings: readonly Found[];
}

const nothing: readonly Found[] = [];

/** Does one operation after the other in one state of a small machine, and says what comes out. */
export class Transitions {
  readonly operations: readonly Operation[];
  private readonly known: StateSet;
  private readonly auditsEach: boolean;
  private readonly machine: SmallMachine;
  private readonly reader: StateReader;
  private readonly saved: SavedState;
  private readonly messages: StateAudit;
  private readonly tables: StateAudit;
  private readonly hash = new StateHash();
  private readonly packed = new WordList();
  /** Words of the pages that nothing is ever written to. */
  private readonly untouched: Int32Array;
  /** Hash of the state that operations are done in. */
  private readonly from = { low: 0, high: 0 };
  private isRead = false;

  constructor(options: ExploreOptions, known: StateSet) {
    this.known = known;
    this.auditsEach = options.audit === 'transitions';
    this.machine = new SmallMachine(options);
    this.operations = operationsOf(this.machine);
    this.reader = new StateReader(this.machine);
    this.saved = new SavedState(this.machine);
    this.messages = new StateAudit(this.machine, 'messages');
    this.tables = new StateAudit(this.machine, 'every');
    this.untouched = this.machine.host.words.slice(0, frameWord(this.machine.firstFrame));
  }

  /** The machine is as it was made: the first state. */
  begin(): Outcome {
    this.tables.begin();
    this.tables.lookAtAll();
    const isNew = this.readState();
    const findings = asFound(this.tables.takeViolations(), 'init-pagetable');
    return { isNew, isDead: false, goesOn: true, findings };
  }

  /** The state that was read last, in words that are good until the next. */
  pack(): WordList {
    const { machine, reader, packed } = this;
    packState(machine, machine.mmu.snapshot(), reader.contents, packed);
    return packed;
  }

  /** Puts the machine into a state. */
  goTo(state: PackedState): void {
    this.saved.load(state);
    this.readState();
    this.from.low = this.hash.low;
    this.from.high = this.hash.high;
  }

  /** Back into that state, whatever was done since. */
  goBack(): void {
    const canUndo = this.isRead && this.reader.isComplete;
    this.saved.restore(canUndo ? this.reader.contents : undefined);
  }

  /** Does an operation. Returns what came of it; undefined if it would change nothing. */
  attempt(number: number): Outcome | undefined {
    const operation = this.operations[number]!;
    const crash = this.perform(operation, this.messages);
    if (crash === false) return undefined;
    const said = asFound(this.messages.takeViolations(), operation.kind);
    if (crash !== undefined) {
      return { isNew: false, isDead: false, goesOn: false, findings: [...said, crash] };
    }
    const isNew = this.readState();
    const isLoop = this.hash.low === this.from.low && this.hash.high === this.from.high;
    const seen = isNew || (this.auditsEach && !isLoop) ? this.auditAgain(operation) : nothing;
    const isDead = this.machine.death !== null;
    const findings = said.length === 0 ? seen : [...said, ...seen];
    return { isNew, isDead, goesOn: !isDead && findings.length === 0, findings };
  }

  /**
   * A word that was written where nobody had anything to write, by one of the operations since the
   * machine was put into its state.
   */
  lookForStrays(): Pick<Outcome, 'findings'> {
    const word = this.saved.findStray(this.untouched);
    if (word < 0) return { findings: nothing };
    // Wiped, so that the next state is not blamed for it.
    this.saved.restore();
    const description = `a write to host address ${hex(word * 4)}, in a page that is nobody's`;
    return { findings: [{ what: 'stray-write', kind: 'any', description }] };
  }

  /** Does an operation once more, under the eyes of the audit. */
  private auditAgain(operation: Operation): readonly Found[] {
    const { machine, tables } = this;
    this.goBack();
    tables.begin();
    this.perform(operation, tables);
    this.isRead = true;
    const found = asFound(tables.takeViolations(), operation.kind);
    if (machine.death === null || machine.isClosed || found.length > 0) return found;
    // All that can come of a dead guest is that it is closed, and everything it had comes back.
    const crash = this.perform(close, tables);
    if (crash !== undefined && crash !== false) return [crash];
    this.isRead = true;
    return asFound(tables.takeViolations(), close.kind);
  }

  /** Returns what the host crashed of, or false if there was nothing to do. */
  private perform(operation: Operation, audit: StateAudit): Found | false | undefined {
    const { machine } = this;
    this.isRead = false;
    machine.listener = audit;
    try {
      return operation.perform(machine) ? undefined : false;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { what: 'host-crash', kind: operation.kind, description: error.message };
    } finally {
      machine.listener = undefined;
    }
  }

  /** Reads the present state. Returns whether it is new. */
  private readState(): boolean {
    this.reader.read(this.machine.mmu.snapshot());
    const { words, length } = this.reader.canonical;
    this.hash.of(words, length);
    this.isRead = true;
    return this.known.add(this.hash.low, this.hash.high);
  }
}

function asFound(violations: readonly Violation[], kind: string): readonly Found[] {
  if (violations.length === 0) return nothing;
  return violations.map((violation) => ({
    what: `${violation.assertion} (contract ${violation.contract})`,
    kind,
    description: describeViolation(violation),
  }));
}
