// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync, rmSync } from 'node:fs';

/**
 * What callgrind counted of V8's optimised functions: executed instructions by the function's name and place.
 * Callgrind knows addresses; V8's map for `perf` says what was compiled there, the last of each place last.
 *
 * @param {string} file callgrind's output, written with --dump-instr=yes, of a node with --perf-basic-prof
 * @returns {Map<string, number>}
 */
export function optimisedInstructions(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = lines.find((line) => line.startsWith('pid: '))?.slice(5);
  const mapFile = `/tmp/perf-${pid}.map`;
  const functions = readMap(readFileSync(mapFile, 'utf8'));
  rmSync(mapFile);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [address, count] of costs(lines)) {
    const name = nameAt(functions, address);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return counts;
}

/**
 * Addresses in callgrind's format are absolute, or relative to the line before; the line after `calls=` has
 * the cost of a call, which is that of the called function's own lines.
 *
 * @param {readonly string[]} lines
 * @returns {Generator<[address: number, instructions: number]>}
 */
function* costs(lines) {
  let address = 0;
  let isCall = false;
  for (const line of lines) {
    if (line.startsWith('calls=')) isCall = true;
    const [place = '', , count] = line.split(' ');
    if (!/^(0x|\+|-|\*)/.test(place)) continue;
    if (place.startsWith('0x')) address = Number(place);
    else if (place !== '*') address += Number(place);
    if (isCall) isCall = false;
    else if (count !== undefined) yield [address, Number(count)];
  }
}

/** @typedef {{ start: number, end: number, name: string, order: number }} CompiledFunction */

/**
 * @param {string} text lines of START SIZE NAME, both in hex
 * @returns {CompiledFunction[]} the optimised ones, by address
 */
function readMap(text) {
  const functions = text.split('\n').flatMap((line, order) => {
    const [start = '', size = '', ...name] = line.split(' ');
    if (!name[0]?.startsWith('JS:*')) return [];
    const first = parseInt(start, 16);
    return [
      { start: first, end: first + parseInt(size, 16), name: name.join(' ').slice(4), order },
    ];
  });
  return functions.sort((a, b) => a.start - b.start || a.order - b.order);
}

/**
 * @param {readonly CompiledFunction[]} functions by address
 * @param {number} address
 */
function nameAt(functions, address) {
  let low = 0;
  let high = functions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { start } = /** @type {CompiledFunction} */ (functions[middle]);
    if (start <= address) low = middle + 1;
    else high = middle;
  }
  // Code that was thrown away may have begun a little before what is there now.
  const near = functions.slice(Math.max(0, low - 8), low).filter(({ end }) => address < end);
  return near.sort((a, b) => b.order - a.order)[0]?.name;
}
