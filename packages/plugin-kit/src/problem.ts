// SPDX-License-Identifier: GPL-2.0-or-later
import { PluginError } from '@lguest-sim/simulation';

/** What was looked at when a problem was found. */
export type CheckName =
  /** Kind, name and members. */
  | 'shape'
  /** Answers to what it can be asked. */
  | 'answers'
  /** Two of the same do the same. */
  | 'determinism'
  /** One goes on from another's state as that does. */
  | 'state'
  /** What one does depends on no other. */
  | 'independence'
  /** A small simulation, with every load checked and under audit. */
  | 'simulation';

/** Something that a plug-in does not do as it should. */
export interface Problem {
  /** The plug-in's name, or its place in a list. */
  readonly plugin: string;
  /** Its kind; undefined if it has none. */
  readonly kind: string | undefined;
  /** Name of the check that found it. */
  readonly check: CheckName;
  /** What was expected and what was found; names the plug-in. */
  readonly message: string;
}

/** Something that was found to be wrong while a check went on. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** What an error in a check says of a plug-in. */
export function messageOf(error: unknown, plugin: string): string {
  if (error instanceof PluginError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return text.includes(plugin) ? text : `plug-in ${plugin}: ${text}`;
}
