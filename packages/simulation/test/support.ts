// SPDX-License-Identifier: GPL-2.0-or-later
import type { Envelope } from '@lguest-sim/bus';
import { lackeySource, type TraceTree } from '@lguest-sim/trace';
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
  async function* chunks() {
    yield bytes;
    await Promise.resolve();
  }
  return { name, open: () => Promise.resolve(lackeySource(chunks(), { name })) };
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
