// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * @typedef {object} Station a place in the sources that carries one of the original's tags
 * @property {string} tag
 * @property {string} file
 * @property {number} line 1-based
 * @property {string} title the first sentence after the tag
 */

const tagPattern = /\b([HMP]):(\d{3})\b/g;

/**
 * Every tagged place, in the order of the tags; of equals in the order of files and lines.
 *
 * @param {ReadonlyMap<string, string>} sources text by file name
 * @returns {Station[]}
 */
export function stations(sources) {
  /** @type {Station[]} */
  const all = [];
  for (const [file, text] of sources) {
    text.split('\n').forEach((line, index) => {
      for (const [tag] of line.matchAll(tagPattern)) {
        const title = line.replace(/^[\s/*]+/, '').trim();
        all.push({ tag, file, line: index + 1, title });
      }
    });
  }
  return all.sort((a, b) => order(a.tag, b.tag));
}

/**
 * What is wrong between the tags in the sources and the table of provenance.
 *
 * @param {ReadonlyMap<string, string>} sources
 * @param {string} provenance text of PROVENANCE.md
 * @returns {string[]}
 */
export function complaints(sources, provenance) {
  const rows = [...provenance.matchAll(/^\| `([^`]+)`\s*\| ([^|]+) \| ([^|]+) \|/gm)].map(
    (row) => ({
      file: /** @type {string} */ (row[1]),
      functions: /** @type {string} */ (row[2]).trim(),
      tag: /** @type {string} */ (row[3]).trim(),
    }),
  );
  const tagged = stations(sources);
  const wrong = [];
  for (const { file, functions, tag } of rows) {
    if (!sources.has(file)) wrong.push(`PROVENANCE.md: ${file} (${functions}) does not exist`);
    else if (tag !== '–' && !tagged.some((s) => s.file === file && s.tag === tag)) {
      wrong.push(`PROVENANCE.md: ${file} (${functions}) does not carry ${tag}`);
    }
  }
  const known = new Set(rows.map(({ tag }) => tag));
  for (const { tag, file, line } of tagged) {
    if (!known.has(tag)) wrong.push(`${file}:${line}: ${tag} has no row in PROVENANCE.md`);
  }
  return wrong;
}

/**
 * @param {string} a
 * @param {string} b
 */
function order(a, b) {
  return a < b ? -1 : Number(a > b);
}
