// SPDX-License-Identifier: GPL-2.0-or-later
import type { RunStatus } from '@lguest-sim/simulation';
import type { LoadedPlugins } from '../plugins/load-plugins.js';
import { mapping, oneOf, text, UnexpectedValue, wholeNumber } from './json-values.js';
import { readDescription } from './read-description.js';
import type { RunDescription } from './run-description.js';

/** Version of event logs: the number at the end changes when a reader has to. */
export const EVENTS_SCHEMA = 'lguest-sim/events/1';

/** The first line of an event log. */
export interface EventLogHeader {
  readonly schema: typeof EVENTS_SCHEMA;
  /** Sequence number of the first message in it; 0 but for a log that a resumed run began. */
  readonly first: number;
  readonly run: RunDescription;
}

/** The last line of an event log whose run came to an end of some kind. */
export interface EventLogEnd {
  readonly status: RunStatus;
  /** Messages of the run up to there, those before `first` included. */
  readonly messages: number;
  /** Of a finished run, SHA-256 of its result document. */
  readonly result?: string;
  /** Of a failed run, why. */
  readonly error?: string;
}

/** Takes the first line of a file for a header. @throws UnexpectedValue if it is none */
export function readHeader(value: unknown, plugins?: LoadedPlugins): EventLogHeader {
  const { schema, first, run } = mapping('header', value);
  if (schema !== EVENTS_SCHEMA) throw UnexpectedValue.of('schema', `"${EVENTS_SCHEMA}"`, schema);
  return { schema, first: wholeNumber('first', first, 0), run: readDescription(run, plugins) };
}

/** Takes a line for an end. @throws UnexpectedValue if it is none */
export function readEnd(value: unknown): EventLogEnd {
  const { status, messages, result, error } = mapping('end', value);
  return {
    status: oneOf('status', status, ['finished', 'interrupted', 'failed']),
    messages: wholeNumber('messages', messages, 0),
    ...(result !== undefined && { result: text('result', result) }),
    ...(error !== undefined && { error: text('error', error) }),
  };
}
