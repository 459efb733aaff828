// SPDX-License-Identifier: GPL-2.0-or-later
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

/** What `support/costs.mjs` counts. */
interface Costs {
  readonly messagesPerFault: number;
  readonly heapBytesPerFault: number;
  readonly shadowPage: {
    readonly pages: number;
    readonly onHeap: number;
    readonly inTables: number;
  };
}

/**
 * Guards against speed and memory that are lost unseen. A clock would not do: it tells more of the
 * machine than of the program. These are counts, with room of a third.
 */
describe('what things cost', () => {
  let costs: Costs;

  beforeAll(async () => {
    const program = fileURLToPath(new URL('support/costs.mjs', import.meta.url));
    const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
    costs = JSON.parse(stdout) as Costs;
  }, 120_000);

  it('is eight messages for a fault that fills a shadow table', () => {
    expect(costs.messagesPerFault).toBe(8);
  });

  it('is at most 800 bytes of heap for such a fault, its messages included', () => {
    expect(costs.heapBytesPerFault).toBeGreaterThan(100);
    expect(costs.heapBytesPerFault).toBeLessThan(800);
  });

  it('is fewer than 300 bytes for a shadow page beyond the page itself', () => {
    const { pages, onHeap, inTables } = costs.shadowPage;
    expect(pages).toBeGreaterThan(500);
    expect(onHeap + inTables).toBeLessThan(300);
    // Owner, holds, filled parts, and a place in the list of free frames.
    expect(inTables).toBe(13);
  });
});
