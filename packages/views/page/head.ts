// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../src/report/report-data.js';
import { byId, element } from './dom.js';
import { bytes, compact, count, plural, share } from './numbers.js';
import { term } from './tip.js';

const titles = { finished: 'finished', interrupted: 'interrupted', failed: 'failed' } as const;

/** What ran, and the figures to see first. */
export function drawHead(data: ReportData): void {
  const { status, config, guests } = data;
  const traces = config.traces.slice(0, 4).map((name) => name.slice(name.lastIndexOf('/') + 1));
  const more = config.traces.length - traces.length;
  const memory = new Set(guests.map(({ memoryBytes }) => memoryBytes));
  const each = memory.size === 1 ? ` with ${bytes([...memory][0]!)} each` : '';
  const machine = [
    `${plural(config.cpus, 'host CPU')}, ${plural(config.guests, 'guest')}${each}`,
    `${config.paging} paging`,
    `migration ${config.migrate}`,
    `TLB of ${config.tlb.entries} entries in ${config.tlb.ways} ways`,
    `fidelity ${config.fidelity}`,
    `seed ${count(config.seed)}`,
    `running ${traces.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
  ];
  document.title = `lguest-sim: ${traces.join(', ')}`;
  byId('head').append(
    element(
      'h1',
      {},
      'A run of lguest-sim',
      element('span', { class: `badge ${status}` }, titles[status]),
    ),
    element('p', { class: 'lead' }, machine.join(' · ')),
    tiles(data),
  );
}

function tiles({ totals, meanings }: ReportData): HTMLElement {
  const translations = totals.tlbHits + totals.tlbMisses;
  const all: readonly (readonly [name: string, value: string, title: string])[] = [
    ['accesses', compact(totals.accesses), 'accesses'],
    ['cycles', compact(totals.cycles), 'cycles'],
    ['worldSwitches', count(totals.worldSwitches), 'world switches'],
    ['pageFaults', count(totals.pageFaults), 'page faults'],
    ['shadowFills', count(totals.shadowFills), 'shadow fills'],
    ['tlbHits', share(totals.tlbHits, translations), 'TLB hit rate'],
    ['migrations', count(totals.migrations), 'migrations'],
    ['slotEvictions', count(totals.slotEvictions), 'slot evictions'],
  ];
  const items = all.map(([name, value, title]) => {
    const meaning = meanings.totals[name];
    return element('li', {}, element('b', {}, value), element('small', {}, term(title, meaning)));
  });
  return element('ul', { class: 'tiles' }, ...items);
}
