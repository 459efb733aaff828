// SPDX-License-Identifier: GPL-2.0-or-later
export { openTrace } from './open-trace.js';
export type { OpenTraceOptions } from './open-trace.js';
export { openTree } from './open-tree.js';
export type { OpenTreeOptions } from './open-tree.js';
export { openLogs, packFiles } from './log-files.js';
export type { LogFilesOptions, OpenLogFile } from './log-files.js';
export { treeFiles } from './tree-files.js';
export { DecoderThreads } from './thread/decoder-threads.js';
export type { ThreadTraceOptions } from './thread/thread-note.js';
