// SPDX-License-Identifier: GPL-2.0-or-later
import { isPlainData } from './plain-data.js';
import type { Plugin } from './plugin.js';
import { got, PluginError, threw } from './plugin-error.js';

/** What may have state. */
interface Stateful {
  readonly snapshot?: () => unknown;
  readonly restore?: (state: unknown) => void;
}

/** A question to a plug-in. */
interface Question<Answer> {
  /** As messages have it: `choose(slots 4, current 1)`. */
  readonly asked: () => string;
  /** What the answer has to be. */
  readonly expected: string;
  readonly ask: () => Answer;
  /** Whether the answer is such a one. */
  readonly isRight: (answer: Answer) => boolean;
}

/** Asks a plug-in, and lets only right answers through. What is wrong is told as the plug-in's. */
export class Guard {
  readonly #plugin: Plugin;

  constructor(plugin: Plugin) {
    this.#plugin = plugin;
  }

  /** @throws PluginError for a wrong answer, and for whatever is thrown */
  ask<Answer>({ asked, expected, ask, isRight }: Question<Answer>): Answer {
    let answer: Answer;
    try {
      answer = ask();
    } catch (error) {
      throw this.error(asked(), expected, threw(error), error);
    }
    if (isRight(answer)) return answer;
    throw this.error(asked(), expected, got(answer));
  }

  /** Tells a plug-in something, which it cannot refuse. */
  tell(asked: () => string, tell: () => unknown): void {
    const isRight = (answer: unknown): boolean => answer === undefined;
    this.ask({ asked, expected: 'nothing', ask: tell, isRight });
  }

  /**
   * What a plug-in's `make` returns.
   * @param members functions that it has to have; those with `?` it may have
   */
  made<Made extends object>(make: () => Made, members: readonly string[]): Made {
    const asked = (): string => 'make()';
    const isRight = (value: unknown): boolean => typeof value === 'object' && value !== null;
    const expected = `an object with ${members.filter((name) => !name.endsWith('?')).join(', ')}`;
    const object = this.ask({ asked, expected, ask: make, isRight });
    for (const name of [...members, 'snapshot?', 'restore?']) {
      this.#checkFunction(object as Readonly<Record<string, unknown>>, name);
    }
    const { snapshot, restore } = object as Stateful;
    if ((snapshot === undefined) === (restore === undefined)) return object;
    const has = snapshot === undefined ? 'restore' : 'snapshot';
    throw this.error('make()', 'both snapshot and restore, or neither', `got ${has} alone`);
  }

  /** `snapshot` and `restore` of something that has both or neither. */
  state(inner: object): Stateful {
    const { snapshot, restore } = inner as Stateful;
    if (snapshot === undefined || restore === undefined) return {};
    return {
      snapshot: () =>
        this.ask({
          asked: () => 'snapshot()',
          expected: 'plain data',
          ask: () => snapshot.call(inner),
          isRight: isPlainData,
        }),
      restore: (state) =>
        this.tell(
          () => 'restore(state)',
          () => restore.call(inner, state),
        ),
    };
  }

  /** An error of this plug-in. */
  error(member: string, expected: string, found: string, cause?: unknown): PluginError {
    if (cause instanceof PluginError) return cause;
    const { name: plugin, kind } = this.#plugin;
    return new PluginError({ plugin, kind, member }, expected, found, cause);
  }

  #checkFunction(object: Readonly<Record<string, unknown>>, member: string): void {
    const name = member.replace('?', '');
    const value = object[name];
    if (typeof value === 'function' || (value === undefined && name !== member)) return;
    throw this.error(`make().${name}`, 'a function', got(value));
  }
}

/** Whether a value is a whole number from 0 to `count` - 1. */
export function isBelow(count: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < count;
}
