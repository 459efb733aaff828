// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import {
  lackeySource,
  packLogs,
  traceOfChunks,
  type TraceSource,
  type TraceTree,
} from '@lguest-sim/trace';
import type { SimulationConfig } from '../src/config.js';
import { migrationPolicyNames } from '../src/migration-policy.js';
import { Simulation, type TraceInput } from '../src/simulation.js';
import type { ResultDocument, RunStatus } from '../src/result-document.js';

/** One line of a Lackey log. */
export interface TraceLine {
  readonly kind: 'I' | 'L' | 'S' | 'M';
  readonly address: number;
  readonly size: number;
}

/** The policies that need nothing but their name. */
export const policies = migrationPolicyNames.filter((name) => name !== 'schedule');

/** Small guests, so that booting them does not take most of a test's time. */
export const small: Partial<SimulationConfig> = { memoryBytes: 8 * 2 ** 20 };

/** A trace from lines, as a Lackey log in memory. */
export function traceOf(name: string, lines: readonly TraceLine[]): TraceInput {
  const text = lines.map(({ kind, address, size }) => {
    const prefix = kind === 'I' ? 'I  ' : ` ${kind} `;
    return `${prefix}${address.toString(16).padStart(8, '0')},${size}\n`;
  });
  return traceOfText(name, text.join(''));
}

/** A trace from the text of a Lackey log. */
export function traceOfText(name: string, text: string): TraceInput {
  // Lackey logs are ASCII: a byte a character.
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return { name, open: () => Promise.resolve(lackeySource(chunksOf(bytes), { name })) };
}

/** A trace that wanders over `pages` pages, the same for the same arguments. */
export function wanderingTrace(name: string, accesses: number, pages: number): TraceInput {
  const lines: TraceLine[] = [];
  let x = 12345;
  for (let i = 0; i < accesses; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    const address = 0x08048000 + (((x >>> 8) % pages) << 12) + (x & 0xffc);
    const kind = (['I', 'L', 'S', 'M'] as const)[x >>> 30]!;
    lines.push({ kind, address, size: 4 });
  }
  return traceOf(name, lines);
}

/**
 * The same trace packed, and by its text: few pages at a time, in loops, so that a TLB comes to answer
 * whole packets.
 */
export async function loopingTraces(
  name: string,
  loops: number,
): Promise<[TraceInput, TraceInput]> {
  const lines: string[] = [];
  for (let loop = 0; loop < loops; loop++) {
    const data = 0x0a000000 + ((loop * 7) % 40) * 4096 + loop * 4;
    for (let turn = 0; turn < 12; turn++) {
      lines.push('I  08048ffc,3', `${loop % 3 === 0 ? ' M' : ' L'} ${hex(data)},4`);
      lines.push('I  08048fff,2', ` S ${hex(data + turn)},1`, ` L ${hex(data + 0x1000)},8`);
    }
  }
  const text = `${lines.join('\n')}\n`;
  const pieces: Uint8Array[] = [];
  const logs = [{ name, chunks: chunksOf(Buffer.from(text)) }];
  for await (const piece of packLogs(logs)) pieces.push(piece.slice());
  const packed = Buffer.concat(pieces);
  const open = (): Promise<TraceSource> =>
    Promise.resolve(traceOfChunks(chunksOf(packed), { name }));
  return [{ name, open }, traceOfText(name, text)];
}

const hex = (address: number): string => address.toString(16).padStart(8, '0');

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}

/** What a run came to, with its messages. */
export interface LoggedRun {
  readonly status: RunStatus;
  readonly result: ResultDocument;
  readonly log: Envelope[];
}

/** A log as text, a line each: logs are long, and lines differ at the first difference. */
export const textOf = (log: readonly Envelope[]): string =>
  log.map((envelope) => JSON.stringify(envelope)).join('\n');

/** Runs to the end, closes, and returns the results and the messages from now on, after those of `log`. */
export async function loggedRun(simulation: Simulation, log: Envelope[] = []): Promise<LoggedRun> {
  const subscription = simulation.messages$.subscribe((envelope) => log.push(envelope));
  try {
    const status = await simulation.run();
    return { status, result: simulation.result(), log };
  } finally {
    subscription.unsubscribe();
    await simulation.close();
  }
}

/** Runs to the end and returns the results. */
export async function resultsOf(
  config: Partial<SimulationConfig>,
  traces: readonly (TraceInput | TraceTree)[],
): Promise<ResultDocument> {
  const simulation = new Simulation(config, traces);
  try {
    await simulation.run();
    return simulation.result();
  } finally {
    await simulation.close();
  }
}
