// SPDX-License-Identifier: GPL-2.0-or-later
import { patterns, type OptionSpec, type PatternDescription } from '@lguest-sim/trace';
import { formatSize } from '../options/sizes.js';
import { expected, type FieldSpec, type ValueSpec } from './field-spec.js';
import { scenarioFields } from './fields.js';
import { injectDescription } from './read-inject.js';
import { planDescriptions, planNames } from './plan-list.js';

/** Options that most patterns have, with the defaults that most have: those of the first one. */
const common: Readonly<Record<string, OptionSpec>> = Object.fromEntries(
  Object.entries(patterns[0]!.options).slice(0, 4),
);

/**
 * What docs/scenarios.md says of keys and patterns, by the name of the place where it stands there.
 * Markdown; made of what the reader checks, so the two agree.
 */
export const scenarioReference: Readonly<Record<string, () => string>> = {
  keys: () => {
    const rows = keyRows(scenarioFields);
    const plans = planNames.map((name) => {
      return [`\`${name}\``, planDescriptions[name], 'a list, see below', ''];
    });
    const inject = ['`inject`', injectDescription, 'a list, see below', ''];
    const processes = ['`processes`', 'What each guest runs.', 'a list with at least one process'];
    return table(
      ['key', 'what it is', 'values', 'default'],
      [...rows, ...plans, inject, [...processes, '']],
    );
  },
  options: () => optionTable(Object.entries(common)),
  patterns: () => patterns.map(patternSection).join('\n'),
};

function keyRows(fields: Readonly<Record<string, FieldSpec>>, path = ''): string[][] {
  return Object.entries(fields).flatMap(([key, spec]) =>
    spec.kind === 'section'
      ? keyRows(spec.fields, `${path}${key}.`)
      : [[`\`${path}${key}\``, spec.description, expected(spec), standard(spec)]],
  );
}

function standard(spec: ValueSpec): string {
  if (!('default' in spec) || spec.default === undefined) return '';
  return spec.kind === 'size' ? formatSize(spec.default) : String(spec.default);
}

function patternSection({ name, summary, options }: PatternDescription): string {
  const own = Object.entries(options).filter(([option, spec]) => {
    const usual = common[option];
    return usual?.default !== spec.default || usual.description !== spec.description;
  });
  const rest = own.length === 0 ? '' : `\n${optionTable(own)}`;
  return `### ${name}\n\n${summary}\n${rest}`;
}

function optionTable(options: readonly (readonly [name: string, spec: OptionSpec])[]): string {
  return table(
    ['option', 'what it is', 'values', 'default'],
    options.map(([name, spec]) => [
      `\`${name}\``,
      spec.description,
      expected(spec),
      String(spec.default),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
