// SPDX-License-Identifier: GPL-2.0-or-later
import { DEFAULT_KERNEL_ADDRESS } from '../address-mover.js';
import { hexAddress } from '../moved-region.js';
import type { TraceSource } from '../trace-source.js';
import { noSuchProcess } from '../trace-tree.js';
import type { TraceTree } from '../trace-tree.js';
import { findPattern } from './catalog.js';
import { checkOptions } from './option-spec.js';
import type { OptionSpecs, OptionValues } from './option-spec.js';
import { FIRST_PID, PAGE_BYTES, PATTERN_BASE } from './pattern.js';
import type { Pattern } from './pattern.js';
import { PatternError } from './pattern-error.js';
import { PatternRandom } from './pattern-random.js';
import { PatternSource } from './pattern-source.js';
import { PatternWriter } from './pattern-writer.js';

/** How to make a pattern, beyond its own options. */
export interface PatternTreeSettings {
  /** What results and messages call it; the pattern's name unless given. */
  readonly name?: string;
  /** First address of the guest kernel; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
}

/**
 * Makes the processes of a pattern: the first is the root, the others are its children. What they
 * do is a pure function of the pattern and its options.
 *
 * @param name one of `patterns`.
 * @param options some of the pattern's; the others have their defaults.
 * @throws PatternError for a pattern or option that there is not, a value that it does not take, or
 *   pages that do not fit below the kernel.
 */
export function patternTree(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
  settings: PatternTreeSettings = {},
): TraceTree {
  const pattern = findPattern(name);
  const values = checkOptions(name, pattern.options, options);
  checkFit(name, Number(values['pages']), settings.kernelAddress ?? DEFAULT_KERNEL_ADDRESS);
  return new PatternTree(settings.name ?? name, pattern, values);
}

function checkFit(pattern: string, pages: number, kernelAddress: number): void {
  const room = Math.floor((kernelAddress - PATTERN_BASE) / PAGE_BYTES);
  if (pages <= room) return;
  const below = `the guest kernel at ${hexAddress(kernelAddress)}`;
  const expected = `at most the ${Math.max(0, room)} pages from ${hexAddress(PATTERN_BASE)} to ${below}`;
  throw new PatternError(pattern, 'pages', expected, pages);
}

class PatternTree implements TraceTree {
  readonly name: string;
  readonly root = FIRST_PID;
  readonly pids: readonly number[];
  readonly missing: readonly number[] = [];
  readonly #pattern: Pattern;
  readonly #options: OptionValues<OptionSpecs>;

  constructor(name: string, pattern: Pattern, options: OptionValues<OptionSpecs>) {
    this.name = name;
    this.#pattern = pattern;
    this.#options = options;
    const length = pattern.processes?.(options) ?? 1;
    this.pids = Array.from({ length }, (_, index) => FIRST_PID + index);
  }

  has(pid: number): boolean {
    return Number.isInteger(pid) && pid >= FIRST_PID && pid < FIRST_PID + this.pids.length;
  }

  open(pid: number): Promise<TraceSource> {
    if (!this.has(pid)) return Promise.reject(noSuchProcess(this.name, pid));
    const random = new PatternRandom(Number(this.#options['seed']), pid);
    const out = new PatternWriter();
    const steps = this.#pattern.run({ pid, options: this.#options, random, out });
    const name = pid === this.root ? this.name : `${this.name} (process ${pid})`;
    return Promise.resolve(new PatternSource(name, steps, out));
  }
}
