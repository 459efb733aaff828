// SPDX-License-Identifier: GPL-2.0-or-later
import type { FieldDifference, MessageDifference } from '@lguest-sim/bus';
import { version } from './version.js';
import type { EventLogHeader } from '../recording/event-log.js';
import type { LogEnding } from '../recording/event-log-reader.js';
import type { ReplayVerdict } from '../recording/replay-comparison.js';
import { formatCount } from './numbers.js';

/** What came of a replay, for people. */
export function verdictText(log: string, header: EventLogHeader, verdict: ReplayVerdict): string {
  switch (verdict.kind) {
    case 'same':
      return `${log}: ${sameText(verdict)}\n`;
    case 'message':
      return `${log}:${verdict.line}: ${differenceText(verdict.difference)}${versionNote(header)}`;
    case 'result':
      return (
        `${log}: every message is the same again, but the results are not: expected SHA-256 ` +
        `${verdict.expected}, found ${verdict.found}\n${versionNote(header)}`
      );
  }
}

function sameText({ messages, ending }: ReplayVerdict & { kind: 'same' }): string {
  const all = messages === 1 ? 'its one message is' : `all ${formatCount(messages)} messages are`;
  return `${endingText(ending)}${all} the same again${resultText(ending)}.`;
}

function endingText(ending: LogEnding): string {
  if (ending.kind === 'cut-off') {
    const where = ending.halfLine ? 'in the middle of its last line' : 'without its last record';
    return `the log is cut off, ${where}; as far as it goes, `;
  }
  if (ending.end.status === 'interrupted') return 'the run was interrupted; up to there, ';
  if (ending.end.status !== 'failed') return '';
  const { error } = ending.end;
  return `the run failed, and does so again${error === undefined ? '' : `: ${error}`}; `;
}

function resultText(ending: LogEnding): string {
  return ending.kind === 'end' && ending.end.result !== undefined ? ', and so are the results' : '';
}

function differenceText({ before, expected, found, fields }: MessageDifference): string {
  const ended = 'nothing: the run had ended';
  return [
    'the first message that is not the same again',
    ...(before.length > 0 ? ['', 'The same before it:', ...before.map((line) => `  ${line}`)] : []),
    '',
    `Expected  ${expected ?? ended}`,
    `Found     ${found ?? ended}`,
    '',
    ...fields.map(fieldText),
    '',
  ].join('\n');
}

function fieldText({ field, expected, found }: FieldDifference): string {
  return `  ${field}: expected ${shown(expected)}, found ${shown(found)}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'no such field' : JSON.stringify(value);
}

/** Another version may have good reasons. */
function versionNote({ run }: EventLogHeader): string {
  const now = version();
  if (run.version === now) return '';
  return `The log was written by version ${run.version}; this is version ${now}.\n`;
}
