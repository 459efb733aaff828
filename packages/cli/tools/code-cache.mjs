// SPDX-License-Identifier: GPL-2.0-or-later
import { setFlagsFromString } from 'node:v8';
import { loadBundle } from '../dist/load-bundle.js';

/**
 * Runs the bundled command once, and returns what V8 compiled for that as a code cache for each file.
 *
 * @param {string[]} args arguments of the command
 * @returns {Promise<[name: string, cache: Buffer][]>}
 * @throws {Error} if the command did not end well
 */
export async function codeCacheOf(args) {
  // Otherwise V8 forgets what has not been called for a while.
  setFlagsFromString('--no-flush-bytecode');
  const { scripts, exports } = loadBundle(() => undefined);
  const write = process.stdout.write;
  process.stdout.write = (text, encoding, done) => {
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
  const exitCode = await exports.main(args);
  process.stdout.write = write;
  if (exitCode !== 0) throw new Error(`lguest-sim ${args.join(' ')}: exit code ${exitCode}`);
  // The cache is only good for the flags that it was made under.
  setFlagsFromString('--flush-bytecode');
  return [...scripts].map(([name, script]) => [name, script.createCachedData()]);
}
