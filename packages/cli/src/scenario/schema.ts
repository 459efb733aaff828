// SPDX-License-Identifier: GPL-2.0-or-later
import { patterns } from '@lguest-sim/trace';
import type { FieldSpec, ValueSpec } from './field-spec.js';
import { scenarioFields } from './fields.js';
import { planDescriptions, planFields, planNames } from './plan-list.js';
import { injectDescription } from './read-inject.js';
import { patternFields, processKinds, timesSpec } from './process-fields.js';

/** A JSON Schema, or part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** What editors are told of scenarios. It is made of what the reader checks, so the two agree. */
export function scenarioSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A scenario of lguest-sim',
    ...object({
      ...mapValues(scenarioFields, schemaOf),
      guests: guestsSchema(),
      ...Object.fromEntries(planNames.map((name) => [name, planSchema(name)])),
      inject: {
        description: injectDescription,
        type: 'array',
        minItems: 1,
        items: { type: 'string' },
      },
      processes: processesSchema('What each guest runs that has no list of its own.'),
    }),
    oneOf: [
      { required: ['processes'] },
      // Guests that all have their own.
      {
        properties: { guests: { type: 'array', items: { required: ['processes'] } } },
        required: ['guests'],
      },
    ],
  };
}

function processesSchema(description: string): Schema {
  const kinds = [traceSchema(), treeSchema(), ...patterns.map(patternSchema)];
  return { description, type: 'array', minItems: 1, items: { anyOf: kinds } };
}

/** Either what all guests have in common, or a list of those that differ. */
function guestsSchema(): Schema {
  const { description, fields } = scenarioFields.guests;
  const alike = mapValues(fields, schemaOf);
  const processes = processesSchema('What each of these guests runs.');
  const items = object({ ...alike, processes });
  return { anyOf: [schemaOf({ kind: 'section', description, fields }), list(items)] };
}

function list(items: Schema): Schema {
  const description = 'Guests that differ: an item for one, or for several that are alike.';
  return { description, type: 'array', minItems: 1, items };
}

function planSchema(name: (typeof planNames)[number]): Schema {
  const fields = planFields[name];
  const items = object(mapValues(fields, schemaOf), Object.keys(fields));
  return { description: planDescriptions[name], type: 'array', minItems: 1, items };
}

const fileName: Schema = { type: 'string', minLength: 1, not: { const: '-' } };

function traceSchema(): Schema {
  const trace = { description: processKinds.trace, ...fileName };
  return object({ trace, times: schemaOf(timesSpec) }, ['trace']);
}

function treeSchema(): Schema {
  const files = { type: 'array', minItems: 1, items: fileName };
  const tree = { description: processKinds.tree, anyOf: [fileName, files] };
  return object({ tree, times: schemaOf(timesSpec) }, ['tree']);
}

function patternSchema(pattern: (typeof patterns)[number]): Schema {
  const name = { description: pattern.summary, const: pattern.name };
  const options = mapValues(patternFields(pattern), schemaOf);
  return object({ pattern: name, ...options }, ['pattern']);
}

function schemaOf(spec: FieldSpec): Schema {
  const { description } = spec;
  if (spec.kind === 'section') return { description, ...object(mapValues(spec.fields, schemaOf)) };
  const standard = 'default' in spec ? { default: spec.default } : {};
  return { description, ...valueSchema(spec), ...standard };
}

function valueSchema(spec: ValueSpec): Schema {
  switch (spec.kind) {
    case 'text':
      return { type: 'string', pattern: '^[^\\n]*\\S[^\\n]*$' };
    case 'flag':
      return { type: 'boolean' };
    case 'named':
      return { type: 'string', minLength: 1, examples: spec.choices };
    case 'choice':
      return { enum: spec.choices };
    case 'power-of-two':
      return { enum: powersUpTo(spec.max) };
    case 'size':
      return {
        anyOf: [
          { type: 'string', pattern: '^[0-9]+([kKmMgG]([iI][bB])?)?$' },
          { type: 'integer', minimum: spec.min, maximum: spec.max, multipleOf: 4096 },
        ],
      };
    default: {
      const step = spec.multipleOf === undefined ? {} : { multipleOf: spec.multipleOf };
      return { type: spec.kind, minimum: spec.min, maximum: spec.max, ...step };
    }
  }
}

function powersUpTo(most: number): number[] {
  return Array.from({ length: Math.log2(most) + 1 }, (_, exponent) => 2 ** exponent);
}

function object(properties: Schema, required: readonly string[] = []): Schema {
  const needed = required.length > 0 ? { required } : {};
  return { type: 'object', properties, ...needed, additionalProperties: false };
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}
