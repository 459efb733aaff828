// SPDX-License-Identifier: GPL-2.0-or-later
import { topics, type FieldType, type TopicDescription } from '@lguest-sim/bus';
import type { Schema } from '../scenario/schema.js';
import { EVENTS_SCHEMA } from './event-log.js';

/** One line of an event log, for whoever reads one. It is made of what the reader checks. */
export function eventsSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A line of an event log of lguest-sim',
    anyOf: [header, ...Object.entries(topics).map(messageSchema), end],
  };
}

const count: Schema = { type: 'integer', minimum: 0 };
const digest: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };

const file = object('A trace file; - is standard input.', {
  path: { description: 'As given.', type: 'string', minLength: 1 },
  bytes: count,
  sha256: digest,
});

const input: Schema = {
  anyOf: [
    object('A trace; carried is the one that comes with the command.', {
      kind: { enum: ['trace', 'carried'] },
      file,
    }),
    object('The logs of a program and its children.', {
      kind: { const: 'tree' },
      paths: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
      files: { type: 'array', minItems: 1, items: file },
    }),
    object('A synthetic pattern.', {
      kind: { const: 'pattern' },
      pattern: { type: 'string', minLength: 1 },
      options: { type: 'object', additionalProperties: { type: ['number', 'string'] } },
    }),
  ],
};

const pluginFile = object('A file with plug-ins.', {
  path: { description: 'As given.', type: 'string', minLength: 1 },
  bytes: count,
  sha256: digest,
  plugins: {
    description: 'Kind and name of each.',
    type: 'array',
    minItems: 1,
    items: { type: 'string', minLength: 1 },
  },
});

const header = object('The first line: all it takes to do the run again.', {
  schema: { const: EVENTS_SCHEMA },
  first: { description: 'Sequence number of the first message.', ...count },
  run: object(
    'The run.',
    {
      version: { description: 'Version of lguest-sim.', type: 'string', minLength: 1 },
      config: { description: 'As config in the result document.', type: 'object' },
      processes: { type: 'array', minItems: 1, items: input },
      plugins: {
        description: 'Files with plug-ins; absent if there were none.',
        type: 'array',
        minItems: 1,
        items: pluginFile,
      },
    },
    ['version', 'config', 'processes'],
  ),
});

const end = object(
  'The last line.',
  {
    status: { enum: ['finished', 'interrupted', 'failed'] },
    messages: { description: 'Messages of the run up to there.', ...count },
    result: { description: 'Of a finished run, SHA-256 of its result document.', ...digest },
    error: { description: 'Of a failed run, why.', type: 'string', minLength: 1 },
  },
  ['status', 'messages'],
);

function messageSchema([topic, { summary, fields }]: [string, TopicDescription]): Schema {
  const payload = Object.entries(fields).map(([name, [type, meaning]]) => {
    return [name, { description: meaning, ...typeSchema(type) }] as const;
  });
  return object(summary, {
    sequence: { description: 'Counts from 0 in the order of delivery.', ...count },
    time: { description: 'Clock of the host CPU, in cycles.', ...count },
    cpu: { description: 'Host CPU.', ...count },
    guest: { description: 'Guest, or -1.', type: 'integer', minimum: -1 },
    topic: { const: topic },
    payload: object('', Object.fromEntries(payload)),
  });
}

function typeSchema(type: FieldType): Schema {
  switch (type) {
    case 'integer':
    case 'boolean':
      return { type };
    case 'integers':
      return { type: 'array', items: { type: 'integer' } };
    case 'text':
      return { type: 'string' };
    default:
      return { enum: type.choices };
  }
}

function object(
  description: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = Object.keys(properties),
): Schema {
  const said = description === '' ? {} : { description };
  const needed = required.length > 0 ? { required } : {};
  return { ...said, type: 'object', properties, ...needed };
}
