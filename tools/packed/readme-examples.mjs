// SPDX-License-Identifier: GPL-2.0-or-later
// The programs in a package's README, with what they print.
//
// Every fence of `ts` is a whole program. What it prints stands behind `// =>`, a comment for each
// line in their order, or in a fence of `text` that follows.
import { readFileSync } from 'node:fs';
import { root } from '../nx.mjs';

/**
 * @typedef {object} Example
 * @property {string} name of a file for it: the package's folder, and a number from the second on
 * @property {string} place file and line of the fence, for people
 * @property {string} code
 * @property {string[]} prints lines, without their ends
 * @property {boolean} needsNode whether it imports what only Node has
 */

/** Fences, and headings between them. */
const PIECES = /^(?:```(?<language>\w*)\n(?<code>[^]*?)^```$|#.*)/gm;
const NODE_ONLY = /^import .*'(node:.*|lguest-sim|@lguest-sim\/.*\/node)';$/m;

/**
 * @param {string} folder of a package
 * @returns {Example[]}
 * @throws {Error} if a program does not say what it prints, or is in another language
 */
export function readmeExamples(folder) {
  const file = `packages/${folder}/README.md`;
  return examplesIn(readFileSync(root + file, 'utf8'), folder, file);
}

/**
 * @param {string} markdown
 * @param {string} folder
 * @param {string} file for messages
 * @returns {Example[]}
 */
export function examplesIn(markdown, folder, file) {
  const pieces = [...markdown.matchAll(PIECES)];
  return pieces
    .map((piece, i) => ({ piece, next: pieces[i + 1]?.groups }))
    .filter(({ piece }) => isProgram(piece, `${file}:${lineOf(piece)}`))
    .map(({ piece, next }, number) => {
      const code = piece.groups?.['code'] ?? '';
      const place = `${file}:${lineOf(piece)}`;
      return {
        name: number === 0 ? folder : `${folder}-${number + 1}`,
        place,
        code,
        prints: printedLines(code, next?.['language'] === 'text' ? next['code'] : undefined, place),
        needsNode: NODE_ONLY.test(code),
      };
    });
}

/** @param {RegExpMatchArray} piece @returns {number} its line in the file, from 1 on */
const lineOf = ({ input = '', index = 0 }) => input.slice(0, index).split('\n').length;

/** @param {RegExpMatchArray} piece @param {string} place */
function isProgram({ groups }, place) {
  const language = groups?.['language'];
  if (language === 'js' || language === 'typescript' || language === 'javascript') {
    throw new Error(`${place}: expected a program as a fence of ts, got one of ${language}`);
  }
  return language === 'ts';
}

/**
 * @param {string} code
 * @param {string | undefined} text the fence of text that follows, if one does
 * @param {string} place
 */
function printedLines(code, text, place) {
  const remarks = [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, line = '']) => line);
  if (remarks.length > 0) return remarks;
  if (text !== undefined) return text.trimEnd().split('\n');
  throw new Error(`${place}: expected what the program prints, as // => or a fence of text`);
}
