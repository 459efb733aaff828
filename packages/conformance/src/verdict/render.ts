// SPDX-License-Identifier: GPL-2.0-or-later
import type { Difference } from './compare.js';
import type { FileResult } from './conform.js';
import type { Mismatch } from './replay.js';

const ABOUT_WIDTH = 22;
const SIDE_WIDTH = 26;
const GAP = '  ';
const LINE_WIDTH = 80;
/** Differences shown; a table that is missing makes a thousand. */
const MAX_DIFFERENCES = 40;
/** Characters shown of a trace's line; one can be thousands long. */
const MAX_TEXT = 400;
const ABSENT = '-';

/**
 * Shows a mismatch as text: the step before it, the operation, and what was expected beside what
 * came out. Lines have at most 80 characters; what does not fit goes on in the next one.
 */
export function renderMismatch(mismatch: Mismatch): string {
  const { step, before, differences } = mismatch;
  const more = differences.length - MAX_DIFFERENCES;
  return [
    `line ${step.line}: ${step.operation.op}, operation ${mismatch.index + 1} ` +
      `of the trace from line ${mismatch.traceLine}`,
    ...labelled('before', before?.text ?? ABSENT),
    ...labelled('operation', step.text),
    ...(mismatch.failure === undefined ? [] : labelled('failure', mismatch.failure)),
    ...columns('', 'expected', 'actual'),
    ...differences.slice(0, MAX_DIFFERENCES).flatMap(renderDifference),
    ...(more > 0 ? [`${GAP}and ${more} differences more`] : []),
  ].join('\n');
}

/** One line that says what came of a file. */
export function renderFileResult({ file, traces, operations, mismatches }: FileResult): string {
  const failed = mismatches.length;
  const counts = `${traces} traces, ${operations} operations`;
  return failed === 0 ? `${file}: ${counts}: passed` : `${file}: ${counts}: ${failed} FAILED`;
}

function renderDifference({ about, expected, actual }: Difference): string[] {
  return columns(about, expected ?? ABSENT, actual ?? ABSENT);
}

/** Three cells side by side, each as many lines high as it needs. */
function columns(about: string, expected: string, actual: string): string[] {
  const cells = [
    wrap(about, ABOUT_WIDTH),
    wrap(expected, SIDE_WIDTH),
    wrap(actual, SIDE_WIDTH),
  ] as const;
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) => {
    const [first = '', second = '', third = ''] = cells.map((cell) => cell[line]);
    return `${GAP}${first.padEnd(ABOUT_WIDTH)}${GAP}${second.padEnd(SIDE_WIDTH)}${GAP}${third}`.trimEnd();
  });
}

function labelled(label: string, text: string): string[] {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
  const indent = 12;
  return wrap(short, LINE_WIDTH - indent).map((line, i) =>
    `${GAP}${(i === 0 ? label : '').padEnd(indent - GAP.length)}${line}`.trimEnd(),
  );
}

/** Cuts text into lines, after a space or comma where there is one in the second half. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = Math.max(rest.lastIndexOf(' ', width - 1), rest.lastIndexOf(',', width - 1));
    const end = space >= width / 2 ? space + 1 : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...lines, rest];
}
