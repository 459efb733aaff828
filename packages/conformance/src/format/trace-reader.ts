// SPDX-License-Identifier: GPL-2.0-or-later
import { pae, twoLevel } from '@lguest-sim/x86';
import { ConformanceError } from './conformance-error.js';
import { DeltaReader } from './delta-reader.js';
import { Fields, isObject, type JsonObject } from './fields.js';
import { readHeader } from './header-reader.js';
import { readLines, type TraceInput } from './lines.js';
import type { Operation } from './operation.js';
import { operationShape } from './operation-reader.js';
import type { StepResult } from './result.js';
import { ResultReader } from './result-reader.js';
import type { TraceHeader } from './trace-header.js';

/** One operation of a trace and what the original did with it. */
export interface Step {
  /** Line of the file, counted from 1. */
  readonly line: number;
  /** The line as it stands there. */
  readonly text: string;
  /** What is done. */
  readonly operation: Operation;
  /** What came of it in the original. */
  readonly expected: StepResult;
}

/** One trace of a file. */
export interface Trace {
  /** Line of the header, counted from 1. */
  readonly line: number;
  /** The machine that it was recorded on. */
  readonly header: TraceHeader;
  /** What was done there, in order. */
  readonly steps: readonly Step[];
}

/** A trace that is being read. */
interface OpenTrace {
  readonly line: number;
  readonly header: TraceHeader;
  readonly steps: Step[];
  readonly results: ResultReader;
  /** Line of the operation that ended it; 0 while it goes on. */
  endedBy: number;
}

/**
 * Reads a file of traces, one trace after the other.
 *
 * 1. The input is cut into lines; comments (`#`) and empty lines are passed over.
 * 2. A line with a `format` key starts a trace; any other line is an operation of it.
 * 3. Every field is checked against the format and the trace's own header, so that what comes out
 *    can be replayed without looking again.
 *
 * @throws ConformanceError at the first line that is not what the format says, and if there is no
 *   trace at all
 */
export function* readTraces(input: TraceInput): Generator<Trace> {
  // The annotation lets the compiler see that `fail` does not return.
  const fields: Fields = new Fields();
  let open: OpenTrace | undefined;
  for (const { number, text } of readLines(input)) {
    fields.line = number;
    if (text.trim() === '' || text.startsWith('#')) continue;
    const object = parse(fields, text);
    if ('format' in object) {
      if (open !== undefined) yield open;
      open = start(fields, object);
    } else {
      if (open === undefined) fields.fail('operation', text, 'a header before the first operation');
      addStep(fields, open, object, text);
    }
  }
  if (open === undefined)
    throw new ConformanceError(fields.line + 1, 'end of file: expected a header');
  yield open;
}

function parse(fields: Fields, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConformanceError(fields.line, `not JSON (${(error as Error).message})`);
  }
  if (!isObject(value)) fields.fail('line', value, 'an object: a header or an operation');
  return value;
}

function start(fields: Fields, object: JsonObject): OpenTrace {
  const header = readHeader(fields, object);
  const deltas = new DeltaReader(fields, header, header.pae ? pae : twoLevel);
  return {
    line: fields.line,
    header,
    steps: [],
    results: new ResultReader(fields, deltas),
    endedBy: 0,
  };
}

function addStep(fields: Fields, trace: OpenTrace, object: JsonObject, text: string): void {
  const { returns, keys, read } = operationShape(fields, object.op);
  checkPlace(fields, trace, object.op);
  fields.object(object, 'operation', keys);
  const operation = read(fields, object, trace.header);
  const expected = trace.results.read(object.r, operation.op, returns);
  trace.steps.push({ line: fields.line, text, operation, expected });
  if (endsTrace(operation, expected)) trace.endedBy = fields.line;
}

function checkPlace(fields: Fields, trace: OpenTrace, op: unknown): void {
  if (trace.endedBy !== 0) {
    fields.fail('op', op, `a header, as the trace ended on line ${trace.endedBy}`);
  }
  if (trace.steps.length === 0 && op !== 'initGuestPagetable') {
    fields.fail('op', op, 'initGuestPagetable as the first operation of a trace');
  }
}

/** A trace ends with `free`, with a crash of the host, and with a failed first set-up. */
function endsTrace(operation: Operation, expected: StepResult): boolean {
  return (
    operation.op === 'free' ||
    expected.oops !== undefined ||
    (operation.op === 'initGuestPagetable' && expected.ret !== 0)
  );
}
