// SPDX-License-Identifier: GPL-2.0-or-later
import { expectation, type OptionSpec } from '@lguest-sim/trace';
import { formatSize } from '../options/sizes.js';

/** A value of a scenario that is a size: text such as 64M, or bytes. Whole pages of 4096 bytes. */
export interface SizeSpec {
  readonly kind: 'size';
  /** Least and greatest number of bytes, both allowed. */
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly description: string;
}

/** A number that is a power of two, from 1 on. */
export interface PowerSpec {
  readonly kind: 'power-of-two';
  readonly max: number;
  readonly default: number;
  readonly description: string;
}

/** A text of one line that is not empty. */
export interface TextSpec {
  readonly kind: 'text';
  readonly description: string;
}

/** A value that is true or false. */
export interface FlagSpec {
  readonly kind: 'flag';
  readonly default: boolean;
  readonly description: string;
}

/** The name of a plug-in, or of what is built in. */
export interface NamedSpec {
  readonly kind: 'named';
  /** Those that are built in. */
  readonly choices: readonly string[];
  readonly default: string;
  readonly description: string;
}

/** What one value of a scenario may be. */
export type ValueSpec =
  Unfilled<OptionSpec> | SizeSpec | PowerSpec | NamedSpec | TextSpec | FlagSpec;

/** A pattern's option, or one like it that has no default of its own. */
type Unfilled<Spec> = Spec extends unknown
  ? Omit<Spec, 'default'> & { readonly default?: number | string }
  : never;

/** Keys of a mapping and what they stand for: values, or mappings again. */
export interface SectionSpec {
  readonly kind: 'section';
  readonly description: string;
  readonly fields: Readonly<Record<string, FieldSpec>>;
}

/** What may stand behind a key. */
export type FieldSpec = ValueSpec | SectionSpec;

/** Says what a value may be, for messages. */
export function expected(spec: FieldSpec): string {
  switch (spec.kind) {
    case 'section':
      return `a mapping with ${Object.keys(spec.fields).join(', ')}`;
    case 'text':
      return 'a text of one line';
    case 'named':
      return `one of ${spec.choices.join(', ')}, or a plug-in’s name`;
    case 'flag':
      return 'true or false';
    case 'size':
      return `a size from ${formatSize(spec.min)} to ${formatSize(spec.max)}, in whole pages of 4K`;
    case 'power-of-two':
      return `a power of two up to ${spec.max}`;
    default:
      return expectation(spec as OptionSpec);
  }
}
