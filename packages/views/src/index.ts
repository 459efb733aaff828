// SPDX-License-Identifier: GPL-2.0-or-later
export * from './series-csv.js';
export * from './report/report-data.js';
export * from './report/report-html.js';
export * from './compare/compare-results.js';
export * from './inspection/inspection-events.js';
export * from './story/render.js';
export * from './story/story.js';
export { Storyteller, type Wanted } from './story/storyteller.js';
export { PerfettoTrace } from './perfetto/perfetto-trace.js';
export type { TraceWindow } from './perfetto/slices.js';
export * from './perfetto/trace-event.js';
