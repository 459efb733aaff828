// SPDX-License-Identifier: GPL-2.0-or-later
import type { PatternPlugin } from './plugin.js';
import { got, PluginError, type PluginPlace } from './plugin-error.js';

/**
 * Checks what a pattern says of its options.
 * @throws PluginError naming the first that is not as it has to be
 */
export function checkOptionSpecs({ options }: PatternPlugin, place: PluginPlace): void {
  for (const [name, spec] of Object.entries(options as Readonly<Record<string, unknown>>)) {
    const at = { ...place, member: `options.${name}` };
    if (typeof spec !== 'object' || spec === null) {
      throw new PluginError(at, 'an object with kind, default and description', got(spec));
    }
    checkSpec(spec as Readonly<Record<string, unknown>>, at);
  }
}

function checkSpec(spec: Readonly<Record<string, unknown>>, place: PluginPlace): void {
  const need = (member: string, expected: string, isRight: (value: unknown) => boolean): void => {
    const value = spec[member];
    if (isRight(value)) return;
    throw new PluginError({ ...place, member: `${place.member}.${member}` }, expected, got(value));
  };
  need('kind', 'integer, number or choice', (kind) => {
    return ['integer', 'number', 'choice'].some((known) => known === kind);
  });
  need('description', 'a text', (text) => typeof text === 'string');
  if (spec['kind'] === 'choice') {
    need('choices', 'a list of texts', isListOfTexts);
    const choices = spec['choices'] as readonly unknown[];
    need('default', 'one of the choices', (value) => choices.includes(value));
    return;
  }
  need('min', 'a number', Number.isFinite);
  need('max', 'a number', Number.isFinite);
  const [min, max] = [spec['min'] as number, spec['max'] as number];
  need('default', `a number from ${min} to ${max}`, (value) => {
    return typeof value === 'number' && value >= min && value <= max;
  });
}

function isListOfTexts(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
  );
}
