// SPDX-License-Identifier: GPL-2.0-or-later
import { entries } from './tools/api/entries.mjs';

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'lguest-sim',
  entryPoints: entries.map(({ source }) => source),
  tsconfig: 'tools/api/tsconfig.json',
  // The build checks types.
  skipErrorChecking: true,
  // What a reader wants of a file is where it is in the package, and a page that differs with every commit helps nobody.
  disableGit: true,
  sourceLinkTemplate: '{path}',
  out: 'api-docs',
  readme: 'none',
  hideGenerator: true,
  excludePrivate: true,
  // Types that a signature names and that are not exported are found by tools/api-report.mjs: this checks
  // them within one package only.
  validation: { invalidLink: true, rewrittenLink: true, notDocumented: true },
  packagesRequiringDocumentation: entries.map(({ package: name }) => name),
  requiredToBeDocumented: [
    'Class',
    'Function',
    'Interface',
    'Method',
    'TypeAlias',
    'Variable',
    'GetSignature',
    'Enum',
  ],
  treatWarningsAsErrors: true,
};
