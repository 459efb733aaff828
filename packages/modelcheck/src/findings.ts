// SPDX-License-Identifier: GPL-2.0-or-later

/** What does not hold after an operation. */
export interface Found {
  /** The assertion's name and number in the contract, or what crashed. */
  readonly what: string;
  /** Kind of the operation that brought it about. */
  readonly kind: string;
  /** What was found, in a line. */
  readonly description: string;
}

/** What does not hold, and the shortest way there. */
export interface Finding extends Found {
  /** Steps from the first state on; the last one brings it about. */
  readonly steps: readonly string[];
  /** Transitions that came to the same. */
  readonly times: number;
}

/**
 * What was found, each thing once: by assertion and by the kind of the operation. The first way there
 * is the shortest, as states are looked at breadth first.
 */
export class Findings {
  private readonly found = new Map<string, Finding & { times: number }>();

  get all(): readonly Finding[] {
    return [...this.found.values()];
  }

  /** @param steps gives the way there, if it is the first */
  note(found: Found, steps: () => readonly string[]): void {
    const key = `${found.what} ${found.kind}`;
    const known = this.found.get(key);
    if (known === undefined) this.found.set(key, { ...found, steps: steps(), times: 1 });
    else known.times++;
  }
}
