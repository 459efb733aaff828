// SPDX-License-Identifier: GPL-2.0-or-later
import { list, mapping, text, UnexpectedValue, wholeNumber } from '../recording/json-values.js';
import { digestText, type FileDigest } from '../recording/file-digest.js';
import type { LoadedPlugins } from './load-plugins.js';

/** A file with plug-ins as it was when a run began. */
export interface DescribedPlugins extends FileDigest {
  /** As given, so relative to the directory that the command was started in. */
  readonly path: string;
  /** Kind and name of each plug-in in it. */
  readonly plugins: readonly string[];
}

/** What a run's description says of its plug-ins; nothing if it was given none. */
export function describePlugins({ files }: LoadedPlugins): readonly DescribedPlugins[] | undefined {
  if (files.length === 0) return undefined;
  return files.map(({ path, bytes, sha256, plugins }) => {
    return { path, bytes, sha256, plugins: plugins.map(({ kind, name }) => `${kind} ${name}`) };
  });
}

/**
 * Takes what a file holds for the plug-ins of a run, and makes sure that the same ones were given
 * again. A description names files only: what code is run says who starts the command.
 *
 * @throws UnexpectedValue for what is none, and for a file that was not given, or is another one
 */
export function readDescribedPlugins(
  value: unknown,
  { files }: LoadedPlugins,
): readonly DescribedPlugins[] | undefined {
  if (value === undefined) return undefined;
  return list('run.plugins', value, 1).map((item, index) => {
    const place = `run.plugins[${index}]`;
    const file = mapping(place, item);
    const found = {
      path: text(`${place}.path`, file['path']),
      bytes: wholeNumber(`${place}.bytes`, file['bytes'], 0),
      sha256: text(`${place}.sha256`, file['sha256']),
      plugins: list(`${place}.plugins`, file['plugins'], 1).map((name, at) =>
        text(`${place}.plugins[${at}]`, name),
      ),
    };
    if (files.some(({ sha256 }) => sha256 === found.sha256)) return found;
    const given = files.map((other) => `${other.path} (${digestText(other)})`).join(', ');
    throw new UnexpectedValue(
      `${place}: expected ${found.path} (${digestText(found)}) with ${found.plugins.join(', ')} ` +
        `to be given as --plugin FILE, got ${given === '' ? 'none' : given}`,
    );
  });
}
