// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceReaderPlugin } from '@lguest-sim/simulation';
import { TraceError, traceOfChunks, type TraceSource } from '@lguest-sim/trace';
import { Numbers } from '../numbers.js';
import type { Check } from '../policy-checks.js';
import { Finding } from '../problem.js';
import { contentOf } from '../trace-content.js';

/** Traces of the forms that are built in: they are not for any other reader. */
const FOREIGN: readonly (readonly [name: string, text: string])[] = [
  ['a Lackey log', '==123== Lackey, an example Valgrind tool\n'],
  ['a Lackey log without remarks', 'I  08048000,2\n L bffff000,4\n'],
  ['nothing', ''],
];

/** What there is to check of a trace reader. @param samples traces that it is to read */
export function readerChecks(plugin: TraceReaderPlugin, samples: readonly Uint8Array[]): Check[] {
  return [
    ['answers', () => isModest(plugin)],
    ['answers', () => takesAnything(plugin, samples)],
    ...samples.flatMap((sample, index) => sampleChecks(plugin, sample, index)),
  ];
}

function isModest(plugin: TraceReaderPlugin): void {
  for (const [what, text] of FOREIGN) {
    const answer: unknown = plugin.matches(bytesOf(text));
    if (answer === false) continue;
    throw new Finding(`matches(head): expected false for ${what}, got ${String(answer)}`);
  }
}

/** Damaged traces and noise are either read or refused with a TraceError. */
async function takesAnything(
  plugin: TraceReaderPlugin,
  samples: readonly Uint8Array[],
): Promise<void> {
  const always = { ...plugin, matches: () => true };
  const numbers = new Numbers(1);
  const noise = Uint8Array.from({ length: 500 }, () => numbers.below(256));
  const damaged = samples.map((sample) => {
    return sample.map((byte) => (numbers.below(40) === 0 ? numbers.below(256) : byte));
  });
  const cutOff = samples.map((sample) => sample.subarray(0, Math.ceil(sample.length / 2)));
  for (const bytes of [noise, ...damaged, ...cutOff]) {
    try {
      await contentOf(sourceOf(always, bytes, bytes.length), 64);
    } catch (error) {
      if (error instanceof TraceError && error.code !== 'TRACE_READER') continue;
      const text = error instanceof Error ? error.message : String(error);
      throw new Finding(
        `damaged bytes: expected them read, or sink.error(...) thrown, got ${text}`,
      );
    }
  }
}

function sampleChecks(plugin: TraceReaderPlugin, sample: Uint8Array, index: number): Check[] {
  const name = `sample ${index + 1}`;
  const read = (pieces: number): Promise<string> => contentOf(sourceOf(plugin, sample, pieces), 64);
  return [
    [
      'answers',
      async () => {
        const answer: unknown = plugin.matches(sample.slice(0, 4096));
        if (answer !== true) {
          throw new Finding(`matches(head): expected true for ${name}, got ${String(answer)}`);
        }
        await read(sample.length);
      },
    ],
    ['determinism', async () => same(await read(4096), await read(4096), `${name}: read twice`)],
    [
      'independence',
      async () => {
        const whole = await read(sample.length);
        for (const pieces of [1, 7, 4097]) {
          same(whole, await read(pieces), `${name}: read in pieces of ${pieces} bytes`);
        }
      },
    ],
  ];
}

function same(expected: string, found: string, what: string): void {
  if (expected !== found) throw new Finding(`${what}: expected the same, got something else`);
}

function sourceOf(reader: TraceReaderPlugin, bytes: Uint8Array, pieces: number): TraceSource {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieces) {
      yield await Promise.resolve(bytes.slice(at, at + pieces));
    }
  }
  return traceOfChunks(chunks(), { name: 'sample', readers: [reader] });
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
