// SPDX-License-Identifier: GPL-2.0-or-later
import type { Pattern, TraceReader } from '@lguest-sim/trace';
import { builtInPlugins } from './built-in-plugins.js';
import type { Plugin, PluginKind, PluginOf } from './plugin.js';
import { PluginError } from './plugin-error.js';
import { checkShape } from './plugin-shape.js';

/** Plug-ins that a simulation was given, and those that it has anyway; each has a name of its own in its kind. */
export class PluginSet {
  /** Those that it was given. */
  readonly given: readonly Plugin[];
  readonly #all: readonly Plugin[];

  /**
   * @param plugins may come from anywhere: each is looked at
   * @param standard those that are there anyway, in place of the built-in ones
   * @throws PluginError for the first that is not as it has to be, or whose name is taken
   */
  constructor(plugins: readonly Plugin[] = [], standard: readonly Plugin[] = builtInPlugins) {
    this.given = [...plugins];
    const all = [...standard];
    for (const [index, plugin] of this.given.entries()) {
      checkShape(plugin, index);
      const { kind, name } = plugin;
      const other = all.find((known) => known.kind === kind && known.name === name);
      if (other !== undefined) {
        const whose = standard.includes(other) ? 'one that is built in' : 'another plug-in';
        const place = { plugin: name, kind, member: 'name' };
        throw new PluginError(place, 'a name of its own', `found it taken by ${whose}`);
      }
      all.push(plugin);
    }
    this.#all = all;
  }

  /** Whether this plug-in was given, and is not one that is there anyway. */
  isGiven(plugin: Plugin): boolean {
    return this.given.includes(plugin);
  }

  /** Readers of traces that it was given, for whoever opens traces. */
  get readers(): readonly TraceReader[] {
    return this.given.filter((plugin) => plugin.kind === 'trace-reader');
  }

  /** Patterns that it was given, for whoever makes them (`patternTree`). */
  get patterns(): readonly Pattern[] {
    return this.given.filter((plugin) => plugin.kind === 'workload-pattern');
  }

  /** Names of all plug-ins of a kind, those that are built in first. */
  names(kind: PluginKind): readonly string[] {
    return this.all(kind).map(({ name }) => name);
  }

  /** All plug-ins of a kind, those that are built in first. */
  all<Kind extends PluginKind>(kind: Kind): readonly PluginOf<Kind>[] {
    return this.#all.filter((plugin): plugin is PluginOf<Kind> => plugin.kind === kind);
  }

  /**
   * The plug-in of a kind and name.
   * @throws RangeError if there is none: a configuration that `configure` returned names none such
   */
  get<Kind extends PluginKind>(kind: Kind, name: string): PluginOf<Kind> {
    const found = this.all(kind).find((plugin) => plugin.name === name);
    if (found !== undefined) return found;
    throw new RangeError(`there is no ${kind} ${name}`);
  }
}

/** What there is without being given anything. */
export const builtIn = new PluginSet();
