// SPDX-License-Identifier: GPL-2.0-or-later

/** Which plug-in, and what of it. */
export interface PluginPlace {
  /** Its name; of one that has none its place, such as `number 2`. */
  readonly plugin: string;
  /** Its kind, if it has one. */
  readonly kind?: string;
  /** The member, or what was asked of it: `make`, or `choose(slots 4, current 1)`. */
  readonly member?: string;
}

/** A plug-in that is not as it has to be, or does not do as it should. `message` is one line. */
export class PluginError extends Error {
  /** Name of the class. */
  override readonly name = 'PluginError';
  /** What a program tells it by. */
  readonly code = 'BAD_PLUGIN';
  /** Which plug-in, and what of it. */
  readonly place: PluginPlace;
  /** What would have been right. */
  readonly expected: string;
  /** What was there, or was answered, as text. */
  readonly found: string;

  /** @param found as text, see `textOf` */
  constructor(place: PluginPlace, expected: string, found: string, cause?: unknown) {
    const { plugin, kind, member } = place;
    const parts = [
      `plug-in ${plugin}${kind === undefined ? '' : ` (${kind})`}`,
      ...(member === undefined ? [] : [member]),
      `expected ${expected}, ${found}`,
    ];
    super(parts.join(': '), cause === undefined ? {} : { cause });
    this.place = place;
    this.expected = expected;
    this.found = found;
  }
}

const MOST_TEXT = 80;

/** Says what a value is: `got 7`, `got a function`. */
export function got(value: unknown): string {
  return `got ${textOf(value)}`;
}

/** Says what something threw: `threw TypeError: ...`. */
export function threw(error: unknown): string {
  if (error instanceof Error) return `it threw ${error.name}: ${error.message}`;
  return `it threw ${textOf(error)}`;
}

function textOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Promise) return 'a promise';
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A circle, or what a getter threw.
  }
  text ??= typeof value;
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}...`;
}
