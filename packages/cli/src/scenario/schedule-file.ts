// SPDX-License-Identifier: GPL-2.0-or-later
import type { ScheduleEntry } from '@lguest-sim/simulation';
import { ScenarioDocument } from './document.js';
import { readPlanList, type PlanList } from './plan-list.js';
import { yamlText } from './yaml-text.js';

/** More than any schedule needs: a trace that is taken for one is not to be read to its end. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Reads a schedule: a YAML file that is a list of entries with `at`, `guest` and `cpu`.
 * @throws CommandError with file and line of the first that is wrong, or if it cannot be read
 */
export async function loadSchedule(path: string): Promise<PlanList<ScheduleEntry>> {
  const text = await yamlText(path, { what: 'a schedule', most: MOST_BYTES });
  const document = new ScenarioDocument(path, text);
  return readPlanList(document, 'schedule', document.root, '');
}
