// SPDX-License-Identifier: GPL-2.0-or-later

/*
 * What a trace in Chrome's JSON form may hold, as far as we write it. The format is published in prose
 * ("Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU), not
 * as a schema; this says in JSON Schema what that document says of each phase: which fields there must
 * be, and of which type.
 */

const track = { pid: { type: 'integer' }, tid: { type: 'integer' } };
const placed = {
  ...track,
  name: { type: 'string', minLength: 1 },
  cat: { type: 'string' },
  ts: { type: 'number', minimum: 0 },
  args: { type: 'object' },
};
const requires = ['ph', 'name', 'cat', 'pid', 'tid', 'ts'];

function phase(ph: string | readonly string[], own: object = {}, more: readonly string[] = []) {
  return {
    type: 'object',
    properties: { ph: { enum: [ph].flat() }, ...placed, ...own },
    required: [...requires, ...more],
    additionalProperties: false,
  };
}

function metadata(names: readonly string[], args: object) {
  return {
    type: 'object',
    properties: {
      ph: { const: 'M' },
      ...track,
      name: { enum: names },
      args: {
        type: 'object',
        properties: args,
        required: Object.keys(args),
        additionalProperties: false,
      },
    },
    required: ['ph', 'name', 'pid', 'tid', 'args'],
    additionalProperties: false,
  };
}

export const traceEventSchema = {
  type: 'object',
  properties: {
    displayTimeUnit: { enum: ['ms', 'ns'] },
    traceEvents: {
      type: 'array',
      items: {
        anyOf: [
          phase('X', { dur: { type: 'number', minimum: 0 } }, ['dur']),
          phase('i', { s: { enum: ['g', 'p', 't'] } }),
          phase(
            'C',
            {
              args: { type: 'object', additionalProperties: { type: 'number' }, minProperties: 1 },
            },
            ['args'],
          ),
          phase(['s', 't', 'f'], { id: { type: 'integer' }, bp: { const: 'e' } }, ['id']),
          metadata(['process_name', 'thread_name'], { name: { type: 'string' } }),
          metadata(['process_sort_index', 'thread_sort_index'], {
            sort_index: { type: 'integer' },
          }),
        ],
      },
    },
  },
  required: ['traceEvents'],
  additionalProperties: false,
};
