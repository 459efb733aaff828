// SPDX-License-Identifier: GPL-2.0-or-later
import { badCost } from '../costs.js';
import { checkOptionSpecs } from './option-specs.js';
import type { PatternPlugin, Plugin, PluginKind } from './plugin.js';
import { got, PluginError, type PluginPlace } from './plugin-error.js';

/** What a member has to be. */
interface MemberShape {
  readonly type: 'function' | 'object' | 'string';
  readonly optional?: true;
}

const made: Readonly<Record<string, MemberShape>> = {
  summary: { type: 'string', optional: true },
  make: { type: 'function' },
};

/** What each kind has beside `kind` and `name`. */
const shapes: Readonly<Record<PluginKind, Readonly<Record<string, MemberShape>>>> = {
  'eviction-policy': made,
  'tlb-policy': made,
  'migration-policy': made,
  'cost-model': { summary: { type: 'string', optional: true }, costs: { type: 'object' } },
  'trace-reader': {
    summary: { type: 'string', optional: true },
    matches: { type: 'function' },
    open: { type: 'function' },
  },
  'workload-pattern': {
    summary: { type: 'string' },
    options: { type: 'object' },
    processes: { type: 'function', optional: true },
    run: { type: 'function' },
  },
  'guest-program': { ...made, check: { type: 'function' } },
};

/** What a plug-in can be. */
export const pluginKinds = Object.keys(shapes) as readonly PluginKind[];

/** Such as `a-policy`: one can say it in a command line and in a scenario. */
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

/**
 * Checks what may have been written without types.
 *
 * @param index place in its list, from 0, for messages
 * @throws PluginError for the first member that is not as it has to be
 */
export function checkShape(value: unknown, index: number): asserts value is Plugin {
  const nameless = `number ${index + 1}`;
  if (typeof value !== 'object' || value === null) {
    throw new PluginError({ plugin: nameless }, 'an object with kind and name', got(value));
  }
  const { kind, name } = value as Record<string, unknown>;
  const plugin = typeof name === 'string' && name !== '' ? name : nameless;
  if (!isKind(kind)) {
    const place = { plugin, member: 'kind' };
    throw new PluginError(place, `one of ${pluginKinds.join(', ')}`, got(kind));
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    const expected = 'letters, digits and hyphens, the first one a letter, 64 at most';
    throw new PluginError({ plugin, kind, member: 'name' }, expected, got(name));
  }
  checkMembers(value as Record<string, unknown>, { plugin, kind }, shapes[kind]);
  if (kind === 'workload-pattern') checkOptionSpecs(value as PatternPlugin, { plugin, kind });
  if (kind === 'cost-model') checkCosts(value as unknown as { costs: object }, { plugin, kind });
}

function isKind(kind: unknown): kind is PluginKind {
  return pluginKinds.some((known) => known === kind);
}

function checkMembers(
  plugin: Readonly<Record<string, unknown>>,
  place: PluginPlace,
  shape: Readonly<Record<string, MemberShape>>,
): void {
  for (const [member, { type, optional }] of Object.entries(shape)) {
    const found = plugin[member];
    if (optional && found === undefined) continue;
    if (typeof found === type && found !== null) continue;
    const article = type === 'object' ? 'an' : 'a';
    throw new PluginError({ ...place, member }, `${article} ${type}`, got(found));
  }
  const known = ['kind', 'name', ...Object.keys(shape)];
  const stranger = Object.keys(plugin).find((member) => !known.includes(member));
  if (stranger === undefined) return;
  const expected = `no other members than ${known.join(', ')}`;
  throw new PluginError(place, expected, `got ${stranger}`);
}

function checkCosts({ costs }: { readonly costs: object }, place: PluginPlace): void {
  const bad = badCost(costs);
  if (bad === undefined) return;
  throw new PluginError({ ...place, member: `costs.${bad.name}` }, bad.expected, got(bad.value));
}
