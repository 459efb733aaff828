// SPDX-License-Identifier: GPL-2.0-or-later
import { isScalar, type Node } from 'yaml';
import { parseSize } from '../options/sizes.js';
import { below, type Entry, type ScenarioDocument } from './document.js';
import { expected } from './field-spec.js';
import type { FieldSpec, FlagSpec, SizeSpec, ValueSpec } from './field-spec.js';

/** What a scenario's values are. */
type Value = number | string | boolean;

/** A value that was read and the node that it was read from, by path such as `machine.cpus`. */
export type ReadValues = Map<string, { readonly value: Value; readonly node: Node }>;

/**
 * Reads the keys of a mapping and of those in it.
 *
 * @param entries the mapping's
 * @param path of the mapping; empty for the whole file
 * @returns what was given, by its path; nothing for what was left out
 * @throws CommandError with file, line and path of the first key or value that is wrong
 */
export function readFields(
  document: ScenarioDocument,
  entries: readonly Entry[],
  fields: Readonly<Record<string, FieldSpec>>,
  path = '',
): ReadValues {
  const values: ReadValues = new Map();
  for (const entry of entries) {
    if (!Object.hasOwn(fields, entry.key)) {
      throw document.unknownKey(entry, path, Object.keys(fields));
    }
    const spec = fields[entry.key]!;
    const inner = below(path, entry.key);
    const { keyNode, value: node } = entry;
    if (spec.kind === 'section') {
      const section = document.entries(node, inner);
      if (!section) throw document.wrong(node ?? keyNode, inner, expected(spec), node);
      for (const read of readFields(document, section, spec.fields, inner)) values.set(...read);
    } else {
      const value = valueOf(spec, node);
      if (!node || value === undefined) {
        throw document.wrong(node ?? keyNode, inner, expected(spec), node);
      }
      values.set(inner, { value, node });
    }
  }
  return values;
}

/** The value that a node holds; undefined if it is none that fits. */
function valueOf(spec: ValueSpec, node: Node | undefined): Value | undefined {
  const value: unknown = isScalar(node) ? node.value : undefined;
  if (spec.kind === 'size') return sizeOf(spec, value);
  if (spec.kind === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return fits(spec, value) ? value : undefined;
}

function sizeOf({ min, max }: SizeSpec, value: unknown): number | undefined {
  const bytes = typeof value === 'string' ? parseSize(value) : value;
  if (typeof bytes !== 'number' || bytes % 4096 !== 0) return undefined;
  return bytes >= min && bytes <= max ? bytes : undefined;
}

function fits(spec: Exclude<ValueSpec, SizeSpec | FlagSpec>, value: number | string): boolean {
  if (spec.kind === 'text') return typeof value === 'string' && /^[^\n]*\S[^\n]*$/.test(value);
  if (spec.kind === 'named') return typeof value === 'string' && value !== '';
  if (spec.kind === 'choice') return spec.choices.some((choice) => choice === value);
  if (typeof value !== 'number') return false;
  if (spec.kind === 'power-of-two') return value <= spec.max && Number.isInteger(Math.log2(value));
  if (!(value >= spec.min && value <= spec.max)) return false;
  if (spec.kind === 'integer' && !Number.isInteger(value)) return false;
  return spec.multipleOf === undefined || value % spec.multipleOf === 0;
}
