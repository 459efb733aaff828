// SPDX-License-Identifier: GPL-2.0-or-later
import { WordList } from './word-list.js';

/** How each state that was gone on from was reached first: from which other, by which operation. */
export class Trail {
  private readonly parents = new WordList();
  private readonly operations = new WordList();

  /** Numbers a state that was reached from state `parent`. The first has no parent: -1. */
  add(parent: number, operation: number): number {
    this.parents.push(parent);
    this.operations.push(operation);
    return this.parents.length - 1;
  }

  /** Numbers of the operations that lead to a state, from the first state on. */
  to(state: number): number[] {
    const steps: number[] = [];
    for (let at = state; this.parents.words[at]! >= 0; at = this.parents.words[at]!) {
      steps.push(this.operations.words[at]!);
    }
    return steps.reverse();
  }
}
