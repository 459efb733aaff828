// SPDX-License-Identifier: GPL-2.0-or-later
import { entries } from './tools/entries.mjs';

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'lguest-sim',
  entryPoints: entries.map(({ source }) => source),
  tsconfig: 'tools/tsconfig.docs.json',
  // The build checks types.
  skipErrorChecking: true,
  // What a reader wants of a file is where it is in the package, and a page that differs with every commit helps nobody.
  disableGit: true,
  sourceLinkTemplate: '{path}',
  out: 'api-docs',
  readme: 'none',
  hideGenerator: true,
  excludePrivate: true,
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true },
  packagesRequiringDocumentation: entries.map(({ package: name }) => name),
  requiredToBeDocumented: [
    'Class',
    'Function',
    'Interface',
    'Method',
    'TypeAlias',
    'Variable',
    'Accessor',
    'Enum',
  ],
  treatWarningsAsErrors: true,
};
