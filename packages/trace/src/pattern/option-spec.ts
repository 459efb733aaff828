// SPDX-License-Identifier: GPL-2.0-or-later
import { PatternError } from './pattern-error.js';

/** An option that is a number. */
export interface NumberSpec {
  /** Whether it has to be a whole number. */
  readonly kind: 'integer' | 'number';
  /** Least and greatest value, both allowed. */
  readonly min: number;
  /** The largest that it can be. */
  readonly max: number;
  /** What the value is a multiple of. */
  readonly multipleOf?: number;
  /** What it is unless given. */
  readonly default: number;
  /** One sentence, units included. */
  readonly description: string;
}

/** An option that is one of a few words. */
export interface ChoiceSpec<Choice extends string = string> {
  /** One word of some. */
  readonly kind: 'choice';
  /** The words. */
  readonly choices: readonly Choice[];
  /** What it is unless given. */
  readonly default: Choice;
  /** What it says, in a sentence. */
  readonly description: string;
}

/** What an option of a pattern may be. */
export type OptionSpec = NumberSpec | ChoiceSpec;

/** The options of a pattern, by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Values for options that are specified so. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends ChoiceSpec<infer Choice> ? Choice : number;
};

/**
 * Checks the options given and fills in the others.
 *
 * @throws PatternError for an option that there is not, or a value that it does not take.
 */
export function checkOptions<Specs extends OptionSpecs>(
  pattern: string,
  specs: Specs,
  given: Readonly<Record<string, unknown>>,
): OptionValues<Specs> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(specs, name)) continue;
    const known = `one of the options ${Object.keys(specs).join(', ')}`;
    throw new PatternError(pattern, name, known, given[name]);
  }
  const values = Object.entries(specs).map(([name, spec]) => {
    const value = given[name] === undefined ? spec.default : given[name];
    if (!fits(spec, value)) throw new PatternError(pattern, name, expectation(spec), value);
    return [name, value] as const;
  });
  return Object.fromEntries(values) as OptionValues<Specs>;
}

function fits(spec: OptionSpec, value: unknown): boolean {
  if (spec.kind === 'choice') return spec.choices.some((choice) => choice === value);
  if (typeof value !== 'number' || !(value >= spec.min && value <= spec.max)) return false;
  if (spec.kind === 'integer' && !Number.isInteger(value)) return false;
  return spec.multipleOf === undefined || value % spec.multipleOf === 0;
}

/** Says what an option may be. */
export function expectation(spec: OptionSpec): string {
  if (spec.kind === 'choice') return `one of ${spec.choices.join(', ')}`;
  const kind = spec.kind === 'integer' ? 'a whole number' : 'a number';
  const step = spec.multipleOf === undefined ? '' : `, a multiple of ${spec.multipleOf}`;
  return `${kind} from ${spec.min} to ${spec.max}${step}`;
}
