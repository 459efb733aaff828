// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../../src/report/report-data.js';
import { element, section } from '../dom.js';
import { address, count } from '../numbers.js';
import { Plot, type PlotOption } from '../plot.js';
import type { Rectangle } from '../rectangles.js';
import { tableOnDemand } from '../table.js';
import { colourOf, type Theme } from '../theme.js';
import type { WindowControl } from '../window.js';
import { laneOption, LANES_AROUND, spansAt } from './lanes.js';
import { legend } from './legend.js';

const LANE = 32;
const MOST_ROWS = 1_000;
/** Colour of the guest kernel's own tables. */
const KERNEL = '#8a94a0';

type GuestSlots = ReportData['slots'][number];

/** Whose table each slot of a guest shadows, over virtual time. */
export function drawSlots({ slots, end, totals }: ReportData, window: WindowControl): void {
  const [first] = slots;
  if (first === undefined) return;
  const place = section({
    id: 'slots',
    title: 'Slots: whose table each one shadows',
    about: `A guest has room for ${first.slots.length} shadowed top-level tables. A process whose table is in none takes one: a corner marks where it threw another one out. ${count(totals.slotEvictions)} evictions in ${count(totals.tableSwitches)} table switches.`,
    wide: true,
  });
  let shown = first;
  const key = element('div');
  const changed = (guest: GuestSlots): void => {
    shown = guest;
    key.replaceChildren(legend(coloursOf(guest)));
  };
  changed(first);
  if (slots.length > 1)
    place.append(
      chooser(slots, (guest) => {
        changed(guest);
        plot.redraw();
      }),
    );
  place.append(key);
  const option = (theme: Theme): PlotOption =>
    laneOption(theme, {
      names: shown.slots.map((_, slot) => `slot ${slot}`),
      spans: spansOf(shown),
      style: { height: 0.78, mark: theme.isDark ? '#ffffff' : '#10161d' },
      end,
    });
  const at = (time: number): string =>
    `cycle ${count(time)}: ${spansAt(spansOf(shown), time)
      .map(({ tip }) => tip.split('<br>')[0])
      .join(', ')}`;
  const label =
    'Lanes of the slots of a guest over virtual time, with the process whose table each shadows.';
  const height = LANES_AROUND + first.slots.length * LANE;
  const plot = new Plot(place, window, { label, height, option, at, step: end / 1000 });
  place.append(tableOnDemand('The spans as a table', () => tableOf(slots)));
}

function chooser(all: readonly GuestSlots[], choose: (guest: GuestSlots) => void): HTMLElement {
  const options = all.map(({ guest }) =>
    element('option', { value: String(guest) }, `guest ${guest}`),
  );
  const select = element('select', {}, ...options);
  select.addEventListener('change', () => choose(all[select.selectedIndex]!));
  return element('div', { class: 'controls' }, element('label', {}, 'Slots of ', select));
}

function owner(process: number): string {
  return process < 0 ? "the kernel's own" : `process ${process}`;
}

function colour(process: number): string {
  return process < 0 ? KERNEL : colourOf(process);
}

function coloursOf({ slots }: GuestSlots): { colour: string; text: string }[] {
  const processes = new Set(slots.flat().map(([, , [process]]) => process));
  return [...processes]
    .sort((a, b) => a - b)
    .map((process) => ({ colour: colour(process), text: owner(process) }));
}

function spansOf({ slots }: GuestSlots): Rectangle[] {
  return slots.flatMap((lane, row) =>
    lane.map(([from, to, [process, gpgdir, evicted], parts = 1]) => ({
      from,
      to,
      row,
      colour: colour(process),
      marked: evicted === 1,
      tip: `slot ${row}: ${owner(process)}${parts > 1 ? ` and others (${count(parts)} spans)` : ''}<br>gpgdir ${address(gpgdir)}${evicted === 1 ? ', evicted another' : ''}<br>cycles ${count(from)} to ${count(to)}`,
    })),
  );
}

function tableOf(all: readonly GuestSlots[]): readonly [heads: string[], rows: string[][]] {
  const rows = all.flatMap(({ guest, slots }) =>
    slots.flatMap((lane, slot) =>
      lane.map(([from, to, [process, gpgdir, evicted]]) => [
        `guest ${guest}, slot ${slot}`,
        owner(process),
        address(gpgdir),
        count(from),
        count(to),
        evicted === 1 ? 'evicted another' : '',
      ]),
    ),
  );
  const heads = ['slot', 'table of', 'gpgdir', 'from cycle', 'to cycle', ''];
  return [heads, rows.slice(0, MOST_ROWS)];
}
