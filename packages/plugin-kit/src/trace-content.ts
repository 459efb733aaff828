// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessBatch, type TraceSource } from '@lguest-sim/trace';

/** What is looked at of a trace, which may be long or have no end. */
const MOST_ACCESSES = 20_000;

/** The beginning of a trace as text, whatever the batches. It is closed afterwards. */
export async function contentOf(source: TraceSource, capacity: number): Promise<string> {
  const batch = new AccessBatch(capacity);
  const lines: string[] = [];
  let accesses = 0;
  try {
    while (accesses < MOST_ACCESSES && (await source.read(batch))) {
      for (let at = 0; at <= batch.length; at++) {
        for (const event of batch.events.filter(({ position }) => position === at)) {
          lines.push(JSON.stringify({ ...event, position: accesses + at }));
        }
        if (at < batch.length) lines.push(`${batch.info[at]} ${batch.addresses[at]}`);
      }
      accesses += batch.length;
    }
  } finally {
    await source.close();
  }
  return lines.slice(0, MOST_ACCESSES).join('\n');
}
