// SPDX-License-Identifier: GPL-2.0-or-later
import type { ReportData } from './report-data.js';

/** Where the data of a run go in the page; there once. */
export const DATA_PLACE = '"here go the data of a run"';

/**
 * Puts what a page shows into it.
 *
 * @param page this package's `report.html`: everything but the data
 * @throws RangeError if it has no place for them
 */
export function reportHtml(page: string, data: ReportData): string {
  const [before, after, ...more] = page.split(DATA_PLACE);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new RangeError(`a report's page: expected ${DATA_PLACE} in it once`);
  }
  // A name may hold anything, such as the end of the element that it is in.
  const text = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `${before}${text}${after}`;
}
