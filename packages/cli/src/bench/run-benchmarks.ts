// SPDX-License-Identifier: GPL-2.0-or-later
import { Bench } from 'tinybench';
import { isRate, type BenchContext, type Benchmark } from './benchmark.js';

/** What came of a benchmark, in its unit. */
export interface BenchResult {
  readonly name: string;
  readonly title: string;
  readonly unit: Benchmark['unit'];
  readonly aim: number | null;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Half of the repeats lie between these. */
  readonly quartiles: readonly [number, number];
  readonly repeats: number;
}

/** How to run benchmarks. */
export interface BenchRun {
  readonly context: BenchContext;
  /** Measurements of each; one more comes before, to warm up, and is not counted. */
  readonly repeats: number;
  /** Is told of each that is about to be run. */
  readonly announce?: (benchmark: Benchmark) => void;
}

/** Nanoseconds of a second and of a millisecond. */
const SECOND = 1e9;
const MILLISECOND = 1e6;

/**
 * Runs benchmarks one after the other.
 * @throws whatever a measurement throws
 */
export async function* runBenchmarks(
  benchmarks: readonly Benchmark[],
  { context, repeats, announce }: BenchRun,
): AsyncGenerator<BenchResult, void> {
  for (const benchmark of benchmarks) {
    announce?.(benchmark);
    const bench = new Bench({
      iterations: repeats,
      time: 0,
      warmupIterations: 1,
      warmupTime: 0,
      retainSamples: true,
      throws: true,
      // One of its own: the library never lets go of a signal.
      signal: AbortSignal.any([context.signal]),
    });
    bench.add(benchmark.name, async () => ({
      overriddenDuration: toMilliseconds(benchmark, await benchmark.measure(context)),
    }));
    const [task] = await bench.run();
    context.signal.throwIfAborted();
    yield resultOf(benchmark, samplesOf(task?.result));
  }
}

/** The benchmark library keeps times, in milliseconds; of a rate, that is the time of one. */
function toMilliseconds(benchmark: Benchmark, figure: number): number {
  return (isRate(benchmark) ? SECOND / figure : figure) / MILLISECOND;
}

function fromMilliseconds(benchmark: Benchmark, milliseconds: number): number {
  const nanoseconds = milliseconds * MILLISECOND;
  return isRate(benchmark) ? SECOND / nanoseconds : nanoseconds;
}

function samplesOf(result: unknown): readonly number[] {
  const { latency } = result as { latency?: { samples?: readonly number[] } };
  return latency?.samples ?? [];
}

function resultOf(benchmark: Benchmark, samples: readonly number[]): BenchResult {
  const { name, title, unit, aim = null } = benchmark;
  const figures = samples
    .map((sample) => fromMilliseconds(benchmark, sample))
    .sort((a, b) => a - b);
  const at = (part: number): number => figures[Math.round((figures.length - 1) * part)]!;
  const spread = { median: at(0.5), least: at(0), most: at(1) };
  const quartiles = [at(0.25), at(0.75)] as const;
  return { name, title, unit, aim, ...spread, quartiles, repeats: figures.length };
}
