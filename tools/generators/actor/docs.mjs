// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Lists the package where packages are listed.
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} name
 * @param {string} does what it is, in half a sentence
 */
export function addToDocs(tree, name, does) {
  insert(tree, 'docs/architecture.md', /^ *subgraph actors .*\n/m, (line) => {
    return `${line}    ${name.replaceAll('-', '_')}["${name}"]\n`;
  });
  insert(tree, 'docs/architecture.md', /^\| `launcher` .*\n/m, (line) => {
    return `${line}| \`${name}\` | ${does} |\n`;
  });
  insert(tree, 'README.md', /^\| actor .*\| *\n/m, (line) => {
    return line.replace(/ *\| *\n$/, `, \`${name}\` |\n`);
  });
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {RegExp} place
 * @param {(line: string) => string} replace
 * @throws {Error} if the place is not there
 */
function insert(tree, file, place, replace) {
  const text = tree.read(file, 'utf8') ?? '';
  if (!place.test(text)) throw new Error(`${file}: expected a line like ${place.source}`);
  tree.write(file, text.replace(place, replace));
}
