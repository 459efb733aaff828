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
import { CheckedWriter, checkedSteps } from './checked-writer.js';
import { PatternRandom } from './pattern-random.js';
import { PatternSource } from './pattern-source.js';
import { PatternWriter } from './pattern-writer.js';

/** How to make a pattern, beyond its own options. */
export interface PatternTreeSettings {
  /** What results and messages call it; the pattern's name unless given. */
  readonly name?: string;
  /** First address of the guest kernel; 0xc0000000 unless given. */
  readonly kernelAddress?: number;
  /** Patterns beside those that are built in. What these do is looked at as they do it. */
  readonly patterns?: readonly Pattern[];
}

/**
 * Makes the processes of a pattern: the first is the root, the others are its children. What they
 * do is a pure function of the pattern and its options.
 *
 * @param name one of `patterns`, or of the settings' own.
 * @param options some of the pattern's; the others have their defaults.
 * @throws PatternError for a pattern or option that there is not, a value that it does not take, or
 *   pages that do not fit below the kernel.
 */
export function patternTree(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
  settings: PatternTreeSettings = {},
): TraceTree {
  const { kernelAddress = DEFAULT_KERNEL_ADDRESS, patterns: others = [] } = settings;
  const pattern = findPattern(name, others);
  const values = checkOptions(name, pattern.options, options);
  if ('pages' in values) checkFit(name, Number(values['pages']), kernelAddress);
  const makeWriter = others.includes(pattern)
    ? (pid: number) => new CheckedWriter(pattern.name, pid, kernelAddress)
    : () => new PatternWriter();
  return new PatternTree(settings.name ?? name, pattern, values, makeWriter);
}

function checkFit(pattern: string, pages: number, kernelAddress: number): void {
  const room = Math.floor((kernelAddress - PATTERN_BASE) / PAGE_BYTES);
  if (pages <= room) return;
  const below = `the guest kernel at ${hexAddress(kernelAddress)}`;
  const expected = `at most the ${Math.max(0, room)} pages from ${hexAddress(PATTERN_BASE)} to ${below}`;
  throw new PatternError(pattern, 'pages', expected, pages);
}

/** Of a pattern that has no option for it. */
const DEFAULT_SEED = 1;

const MOST_PROCESSES = 65536;

/** @throws PatternError for a number of processes that cannot be */
function processesOf(pattern: Pattern, options: OptionValues<OptionSpecs>): number {
  const count = pattern.processes?.(options) ?? 1;
  if (Number.isInteger(count) && count >= 1 && count <= MOST_PROCESSES) return count;
  const expected = `a whole number from 1 to ${MOST_PROCESSES}`;
  throw new PatternError(pattern.name, 'processes(options)', expected, count);
}

class PatternTree implements TraceTree {
  readonly name: string;
  readonly root = FIRST_PID;
  readonly pids: readonly number[];
  readonly missing: readonly number[] = [];
  readonly #pattern: Pattern;
  readonly #options: OptionValues<OptionSpecs>;
  readonly #makeWriter: (pid: number) => PatternWriter;

  constructor(
    name: string,
    pattern: Pattern,
    options: OptionValues<OptionSpecs>,
    makeWriter: (pid: number) => PatternWriter,
  ) {
    this.name = name;
    this.#makeWriter = makeWriter;
    this.#pattern = pattern;
    this.#options = options;
    const length = processesOf(pattern, options);
    this.pids = Array.from({ length }, (_, index) => FIRST_PID + index);
  }

  has(pid: number): boolean {
    return Number.isInteger(pid) && pid >= FIRST_PID && pid < FIRST_PID + this.pids.length;
  }

  open(pid: number): Promise<TraceSource> {
    if (!this.has(pid)) return Promise.reject(noSuchProcess(this.name, pid));
    const random = new PatternRandom(Number(this.#options['seed'] ?? DEFAULT_SEED), pid);
    const out = this.#makeWriter(pid);
    const scene = { pid, options: this.#options, random, out };
    const steps =
      out instanceof CheckedWriter
        ? checkedSteps(this.#pattern, scene, out)
        : this.#pattern.run(scene);
    const name = pid === this.root ? this.name : `${this.name} (process ${pid})`;
    return Promise.resolve(new PatternSource(name, steps, out));
  }
}
