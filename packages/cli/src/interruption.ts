// SPDX-License-Identifier: GPL-2.0-or-later
import { endProcess } from './end-process.js';
import { ExitCode } from './exit-code.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Signals this soon after the first are the same key press: a terminal sends Ctrl-C to the whole
 * group of processes, and package managers pass it on to the command once more.
 */
const SAME_PRESS_MS = 400;

/** How long a run may take to end by itself, once it is asked to, before it is left where it is. */
const GRACE_MS = 500;

/** The user's wish to stop: the first Ctrl-C asks, a second one ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #listener = (): void => this.#onSignal();
  readonly #cleanUp: () => void;
  #askedAt = 0;
  /** Whether the user wants to stop, as the signal says: at hand for who asks all the time. */
  #isAsked = false;

  /** @param cleanUp what has to be done, at once, before the process ends in the middle of things */
  constructor(cleanUp: () => void) {
    this.#cleanUp = cleanUp;
    for (const signal of signals) process.on(signal, this.#listener);
  }

  /** Whether the signal is aborted; to ask that here takes no time. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Aborted from the first signal on. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits for some work, but no longer than a moment once the user wants to stop: the work may hang
   * on a pipe that nobody writes to.
   *
   * @returns what the work came to, or undefined if it was left
   */
  async limit<T>(work: Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const left = new Promise<undefined>((resolve) => {
      const wait = (): void => {
        timer = setTimeout(resolve, GRACE_MS, undefined);
      };
      if (this.signal.aborted) wait();
      else this.signal.addEventListener('abort', wait, { once: true });
    });
    try {
      return await Promise.race([work, left]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Signals do what they usually do again; but not once the user has asked to stop: the second half
   * of that key press may still come, while the last output is written, and must not cut it off.
   */
  dispose(): void {
    if (this.signal.aborted) return;
    for (const signal of signals) process.off(signal, this.#listener);
  }

  #onSignal(): void {
    const now = performance.now();
    if (!this.signal.aborted) {
      this.#askedAt = now;
      this.#isAsked = true;
      this.#controller.abort();
    } else if (now - this.#askedAt > SAME_PRESS_MS) {
      this.#cleanUp();
      endProcess(ExitCode.interrupted);
    }
  }
}
