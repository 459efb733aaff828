// SPDX-License-Identifier: GPL-2.0-or-later
import { dirname, isAbsolute, join } from 'node:path';
import { copySeeds, PatternError, patternTree } from '@lguest-sim/trace';
import { isScalar, type Node } from 'yaml';
import { below, type Entry, type ScenarioDocument } from './document.js';
import { patternFields, patternNamed, processKinds, timesSpec } from './process-fields.js';
import type { ProcessKind } from './process-fields.js';
import { readFields, type ReadValues } from './read-fields.js';
import type { ScenarioProcess } from './scenario.js';

const kinds = Object.keys(processKinds) as ProcessKind[];

/**
 * Reads a list of processes; one that there are several of comes as often.
 * @param path of the list
 * @throws CommandError with file, line and path of the first that is wrong
 */
export function readProcesses(
  document: ScenarioDocument,
  entry: Entry,
  path = 'processes',
): ScenarioProcess[] {
  const items = document.items(entry.value) ?? [];
  if (items.length === 0) {
    throw document.wrong(entry.keyNode, path, 'a list with at least one process', entry.value);
  }
  return items.flatMap((item, index) => {
    return new ProcessReader(document, item, `${path}[${index}]`, entry).read();
  });
}

class ProcessReader {
  readonly #document: ScenarioDocument;
  readonly #path: string;
  readonly #node: Node | undefined;
  readonly #entries: readonly Entry[];

  constructor(document: ScenarioDocument, node: Node | undefined, path: string, list: Entry) {
    this.#document = document;
    this.#path = path;
    this.#node = node ?? list.keyNode;
    const entries = document.entries(node, path);
    if (!entries) throw this.#wrong('', `a mapping with one of the keys ${kinds.join(', ')}`, node);
    this.#entries = entries;
  }

  read(): ScenarioProcess[] {
    const named = this.#entries.filter(({ key }) => kinds.some((kind) => kind === key));
    const [entry, other] = named;
    if (!entry) throw this.#withoutKind();
    if (other) throw this.#wrong(other.key, `no ${other.key} beside ${entry.key}`, other.value);
    const rest = this.#entries.filter((candidate) => candidate !== entry);
    if (entry.key === 'pattern') return this.#pattern(entry, rest);
    const { times, place } = this.#options(entry, rest);
    const process: ScenarioProcess =
      entry.key === 'trace'
        ? { kind: 'trace', path: this.#file(entry), place }
        : { kind: 'tree', paths: this.#files(entry), place };
    return Array.from({ length: times }, () => process);
  }

  #withoutKind(): Error {
    const stranger = this.#entries.find(({ key }) => key !== 'times');
    if (stranger) return this.#document.unknownKey(stranger, this.#path, [...kinds, 'times']);
    return this.#wrong('', `one of the keys ${kinds.join(', ')}`, undefined);
  }

  #pattern(entry: Entry, rest: readonly Entry[]): ScenarioProcess[] {
    const name = isScalar(entry.value) ? entry.value.value : undefined;
    const pattern = patternNamed(name, this.#document.plugins);
    if (!pattern) {
      const names = this.#document.plugins.names('workload-pattern').join(', ');
      throw this.#wrong('pattern', `one of ${names}`, entry.value, entry);
    }
    const { values, options, times, place } = this.#options(entry, rest, patternFields(pattern));
    this.#tryPattern(pattern.name, options, values);
    const seeds = copySeeds(
      Number(options['seed'] ?? pattern.options['seed']?.default ?? 1),
      times,
    );
    return seeds.map((seed, copy) => {
      const own = copy === 0 || !('seed' in pattern.options) ? options : { ...options, seed };
      return { kind: 'pattern', pattern: pattern.name, options: own, place };
    });
  }

  /** What depends on more than one option, only the pattern itself can tell. */
  #tryPattern(name: string, options: Record<string, number | string>, values: ReadValues): void {
    try {
      patternTree(name, options, { patterns: this.#document.plugins.patterns });
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      const path = below(this.#path, error.option ?? 'pattern');
      const node = values.get(path)?.node ?? this.#node;
      throw this.#document.wrong(node, path, error.expected, Number(error.found));
    }
  }

  #options(
    entry: Entry,
    rest: readonly Entry[],
    fields: Parameters<typeof readFields>[2] = { times: timesSpec },
  ) {
    const values = readFields(this.#document, rest, fields, this.#path);
    const options: Record<string, number | string> = {};
    for (const [path, { value }] of values) {
      // No process has an option that is true or false.
      if (typeof value !== 'boolean') options[path.slice(this.#path.length + 1)] = value;
    }
    const { times = timesSpec.default, ...others } = options;
    const place = `${this.#document.place(entry.value)}: ${below(this.#path, entry.key)}`;
    return { values, options: others, times: Number(times), place };
  }

  #files(entry: Entry): string[] {
    const items = this.#document.items(entry.value);
    if (!items) return [this.#file(entry)];
    if (items.length === 0) throw this.#wrong(entry.key, 'at least one file', entry.value, entry);
    return items.map((value) => this.#file({ ...entry, value: value ?? entry.value }));
  }

  #file(entry: Entry): string {
    const name: unknown = isScalar(entry.value) ? entry.value.value : undefined;
    if (typeof name !== 'string' || name === '' || name === '-' || name.includes('\0')) {
      throw this.#wrong(entry.key, 'the name of a file', entry.value, entry);
    }
    return isAbsolute(name) ? name : join(dirname(this.#document.file), name);
  }

  #wrong(key: string, expected: string, found: unknown, entry?: Entry): Error {
    const at = entry?.value ?? entry?.keyNode ?? this.#node;
    const path = key === '' ? this.#path : below(this.#path, key);
    return this.#document.wrong(at, path, expected, found);
  }
}
