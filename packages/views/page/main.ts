// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from '../src/report/report-data.js';
import { drawCounts } from './charts/counts.js';
import { drawHeat } from './charts/heat.js';
import { drawHitRate } from './charts/hit-rate.js';
import { drawRemaps } from './charts/remaps.js';
import { drawSlots } from './charts/slots.js';
import { drawTimeline } from './charts/timeline.js';
import { drawCountsTable } from './counts-table.js';
import { byId } from './dom.js';
import { drawGuestsTable } from './guests-table.js';
import { drawHead } from './head.js';
import { WindowControl } from './window.js';

const data = JSON.parse(byId('data').textContent) as ReportData;
drawHead(data);
const shown = new WindowControl(Math.max(1, data.end));
drawTimeline(data, shown);
drawCounts(data, shown);
drawHitRate(data, shown);
drawRemaps(data, shown);
drawSlots(data, shown);
drawHeat(data, shown);
drawCountsTable(data);
drawGuestsTable(data);
