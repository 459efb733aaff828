// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../../src/report/report-data.js';

/** A guest's move from one host CPU to another. */
export interface Move {
  /** When it left the old one and when it went on, in cycles. */
  readonly left: number;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The moves that show in a timeline: a guest goes on elsewhere than where it was. */
export function migrationsOf(cpus: ReportData['timeline']['cpus']): Move[] {
  const stays = cpus
    .flatMap((lane, cpu) => lane.map(([from, to, guest]) => ({ from, to, guest, cpu })))
    .filter(({ guest }) => typeof guest === 'number')
    .sort((a, b) => a.from - b.from);
  const last = new Map<string | number, { to: number; cpu: number }>();
  const moves: Move[] = [];
  for (const { from, to, guest, cpu } of stays) {
    const before = last.get(guest);
    if (before !== undefined && before.cpu !== cpu) {
      moves.push({ left: Math.min(before.to, from), at: from, from: before.cpu, to: cpu });
    }
    last.set(guest, { to, cpu });
  }
  return moves;
}
