// SPDX-License-Identifier: GPL-2.0-or-later
import { hexAddress } from '../moved-region.js';
import type { OptionSpecs, OptionValues } from './option-spec.js';
import type { Pattern, Scene } from './pattern.js';
import { PatternError } from './pattern-error.js';
import { PatternWriter, type PatternCall } from './pattern-writer.js';

/** Lets a pattern that was plugged in write nothing that cannot be in a trace. */
export class CheckedWriter extends PatternWriter {
  readonly #pattern: string;
  readonly #pid: number;
  readonly #kernelAddress: number;

  constructor(pattern: string, pid: number, kernelAddress: number) {
    super();
    this.#pattern = pattern;
    this.#pid = pid;
    this.#kernelAddress = kernelAddress;
  }

  override access(address: number, write: boolean): void {
    const isWord = Number.isInteger(address) && address >= 0 && address % 4 === 0;
    if (!isWord || address >= this.#kernelAddress) {
      const kernel = hexAddress(this.#kernelAddress);
      throw this.wrong('access', `a multiple of 4 below the guest kernel at ${kernel}`, address);
    }
    this.#checkRoom('access');
    super.access(address, write);
  }

  override call(call: PatternCall): void {
    const { name, number, args, result } = call;
    if (typeof name !== 'string') throw this.wrong('call', 'a name', name);
    if (!Number.isInteger(number)) throw this.wrong('call', 'a number', number);
    if (!Array.isArray(args)) throw this.wrong('call', 'a list of args', args);
    if (result !== null && !Number.isFinite(result)) {
      throw this.wrong('call', 'a result that is a number or null', result);
    }
    this.#checkRoom('call');
    super.call(call);
  }

  /** What the pattern did wrong. */
  wrong(member: string, expected: string, found: unknown, cause?: unknown): PatternError {
    const place = `process ${this.#pid}: ${member}`;
    return new PatternError(this.#pattern, place, expected, found, cause);
  }

  #checkRoom(member: string): void {
    if (this.full) throw this.wrong(member, 'a yield first, as the writer is full', 'none');
  }
}

/** The steps of a pattern that was plugged in; what they do wrong is told as the pattern's. */
export function* checkedSteps(
  pattern: Pattern,
  scene: Scene<OptionValues<OptionSpecs>>,
  out: CheckedWriter,
): Generator<void, void> {
  let steps: Iterator<void, void> | undefined;
  try {
    steps = pattern.run(scene);
    for (;;) {
      if (typeof (steps as Partial<typeof steps> | undefined)?.next !== 'function') {
        throw out.wrong('run(scene)', 'a generator', steps);
      }
      if (steps.next().done === true) return;
      if (!out.full)
        throw out.wrong('run(scene)', 'a yield only when the writer is full', 'another');
      yield;
    }
  } catch (error) {
    if (error instanceof PatternError) throw error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw out.wrong('run(scene)', 'it to go on', text, error);
  } finally {
    steps?.return?.();
  }
}
