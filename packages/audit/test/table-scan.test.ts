// SPDX-License-Identifier: GPL-2.0-or-later
import { switcherLayout } from '@lguest-sim/abi';
import { Flag, FrameOwner, HostMemory, frameWord, pae, twoLevel } from '@lguest-sim/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditedHost } from '../src/core/audited.js';
import { TableScan, type ScanListener } from '../src/core/table-scan.js';
import type { TableEntry } from '../src/core/violation.js';

const TABLES = 6;
const FRAMES = 40;

/** Present leaves by the page that they map, counted by reading everything below a table. */
function countLeaves({ memory, format }: AuditedHost, top: number): Map<number, number> {
  const counts = new Map<number, number>();
  const walk = (table: number, depth: number): void => {
    const { entries } = format.levels[depth]!;
    for (let index = 0; index < entries; index++) {
      const low = memory.words[frameWord(table) + (index << format.entryWordShift)]!;
      if ((low & Flag.present) === 0) continue;
      const pfn = low >>> 12;
      if (depth + 1 < format.levels.length) walk(pfn, depth + 1);
      else counts.set(pfn, (counts.get(pfn) ?? 0) + 1);
    }
  };
  walk(top, 0);
  return counts;
}

describe.each([twoLevel, pae])('a scan of $name tables', (format) => {
  it('counts the leaves that are there, whatever bytes were written since the last one', () => {
    const edit = fc.record({
      table: fc.nat(TABLES - 1),
      index: fc.constantFrom(0, 1, 2, 3),
      target: fc.nat(TABLES - 1),
      flags: fc.constantFrom(0x00, 0x01, 0x27, 0x67, 0x20),
    });
    const life = fc.array(fc.array(edit, { maxLength: 12 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(life, (rounds) => {
        const memory = new HostMemory(FRAMES);
        const layout = switcherLayout(1);
        const host = { memory, format, layout, cpus: [], guests: [], text: 0, state: () => 0 };
        const depths = format.levels.length;
        // Tables in rows, one row a level, so that what hangs below what makes no ring.
        const rows = Array.from({ length: depths }, () =>
          Array.from({ length: TABLES }, () => memory.allocate(FrameOwner.shadowTable)),
        );
        const counts = new Int32Array(FRAMES);
        const changes: TableEntry[] = [];
        const listener: ScanListener = {
          leaf: () => undefined,
          directory: () => undefined,
          changed: (entry) => void changes.push(entry),
          tableTaken: () => true,
          tableLeft: () => undefined,
        };
        const scan = new TableScan(host, listener, counts);
        const top = rows[0]![0]!;
        const mirror = scan.begin(0, top);
        for (const edits of rounds) {
          for (const { table, index, target, flags } of edits) {
            const depth = table % depths;
            const below = rows[depth + 1]?.[target] ?? target;
            const word =
              frameWord(depth === 0 ? top : rows[depth]![table]!) +
              (index << format.entryWordShift);
            memory.words[word] = (below << 12) | flags;
          }
          scan.forgetGone(mirror);
          scan.scan(mirror);
          const found = [...counts.entries()].filter(([, count]) => count !== 0);
          expect(new Map(found)).toEqual(countLeaves(host, top));
          changes.length = 0;
          scan.forgetGone(mirror);
          scan.scan(mirror);
          expect(changes).toEqual([]);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
