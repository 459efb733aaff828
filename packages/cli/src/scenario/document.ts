// SPDX-License-Identifier: GPL-2.0-or-later
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { PluginSet } from '@lguest-sim/simulation';
import { CommandError } from '../errors.js';
import { isNear } from '../options/near.js';

/** A key of a mapping, the place where it stands, and what stands behind it. */
export interface Entry {
  readonly key: string;
  readonly keyNode: Node | undefined;
  readonly value: Node | undefined;
}

/** A YAML file that knows the lines of what stands in it. */
export class ScenarioDocument {
  /** As messages are to call it. */
  readonly file: string;
  /** What it can name. */
  readonly plugins: PluginSet;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** @throws CommandError for text that is no YAML, with its line */
  constructor(file: string, text: string, plugins = new PluginSet()) {
    this.file = file;
    this.plugins = plugins;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const [problem] = [...this.#document.errors, ...this.#document.warnings];
    if (problem !== undefined) {
      const { line } = this.#lines.linePos(problem.pos[0]);
      // What the parser says when it runs out of stack.
      const isDeep = problem.message.includes('call stack');
      const reason = isDeep ? 'less deeply nested, found too many levels' : `: ${problem.message}`;
      throw scenarioError(`${file}:${line}: expected YAML${isDeep ? ' ' : ''}${reason}`);
    }
  }

  /** What the file holds; undefined if nothing. */
  get root(): Node | undefined {
    return this.resolve(this.#document.contents);
  }

  /** Follows an alias to what it stands for. */
  resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return node.resolve(this.#document);
    return isNode(node) ? node : undefined;
  }

  /** `FILE:LINE` of a node; of the file's beginning if there is none. */
  place(node: Node | undefined): string {
    const offset = node?.range?.[0];
    return `${this.file}:${offset === undefined ? 1 : this.#lines.linePos(offset).line}`;
  }

  /** The entries of a mapping, in order; undefined if it is none. */
  entries(node: Node | undefined, path: string): readonly Entry[] | undefined {
    if (!isMap(node)) return undefined;
    return node.items.map((pair) => {
      const keyNode = this.resolve(pair.key);
      if (!isScalar(keyNode)) throw this.wrong(keyNode, path, 'keys that are words', keyNode);
      return { key: String(keyNode.value), keyNode, value: this.resolve(pair.value) };
    });
  }

  /** The items of a list, in order; undefined if it is none. */
  items(node: Node | undefined): readonly (Node | undefined)[] | undefined {
    return isSeq(node) ? node.items.map((item) => this.resolve(item)) : undefined;
  }

  /** The error that a value is not what was expected. */
  wrong(at: Node | undefined, path: string, expected: string, found: unknown): CommandError {
    const subject = path === '' ? '' : ` ${path}:`;
    return scenarioError(`${this.place(at)}:${subject} expected ${expected}, got ${shown(found)}`);
  }

  /** The error that something else has said already: `: expected ..., got ...`. */
  rephrased(at: Node | undefined, path: string, said: string): CommandError {
    return scenarioError(`${this.place(at)}: ${path}${said}`);
  }

  /** The error that there is no such key. */
  unknownKey({ key, keyNode }: Entry, path: string, known: readonly string[]): CommandError {
    const near = known.find((candidate) => isNear(candidate, key));
    const meant = near === undefined ? '' : `, did you mean ${near}?`;
    const expected = `expected one of the keys ${known.join(', ')}, got ${JSON.stringify(key)}`;
    const where = path === '' ? '' : ` ${path}:`;
    return scenarioError(`${this.place(keyNode)}:${where} ${expected}${meant}`);
  }
}

/** Something is wrong with a scenario's file. */
export function scenarioError(message: string, cause?: unknown, hint?: string): CommandError {
  return new CommandError(
    'INPUT_FAILED',
    message,
    hint === undefined ? { cause } : { cause, hint },
  );
}

/** The path of a key below a path. */
export function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function shown(found: unknown): string {
  if (isMap(found)) return 'a mapping';
  if (isSeq(found)) return found.items.length === 0 ? 'an empty list' : 'a list';
  const value: unknown = isScalar(found) ? found.value : found;
  if (value === undefined || value === null) return 'nothing';
  return JSON.stringify(value);
}
