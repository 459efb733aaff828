// SPDX-License-Identifier: GPL-2.0-or-later
// Runs API Extractor over the declarations of every entry, as one program: its report only.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { entries } from './entries.mjs';

/** @typedef {import('./entries.mjs').Entry} Entry */

const off = {
  logLevel: /** @type {import('@microsoft/api-extractor').ExtractorLogLevel} */ ('none'),
};
const error = {
  logLevel: /** @type {import('@microsoft/api-extractor').ExtractorLogLevel} */ ('error'),
};

/** No condition of the workspace: one package sees of another what is published. */
const tsconfig = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    types: ['node'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    skipLibCheck: true,
  },
  files: entries.map(({ types }) => types),
};

/**
 * @param {string} scratch folder to work in
 * @returns {{ reports: Map<string, string>, problems: string[] }} reports by the name of their file;
 *   problems are names that a public signature has and that are not exported, and the like
 */
export function apiReports(scratch) {
  /** @type {string[]} */
  const problems = [];
  const configs = entries.map((entry) => configOf(entry, scratch));
  const [first] = configs;
  if (first === undefined) throw new Error('no package has an entry');
  const compilerState = CompilerState.create(first, { additionalEntryPoints: tsconfig.files });
  for (const [index, config] of configs.entries()) {
    Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback: (message) => {
        message.handled = true;
        if (message.logLevel !== 'error') return;
        problems.push(`${entries[index]?.name}: ${message.text} (${message.messageId})`);
      },
    });
  }
  const names = entries.map(({ name }) => `${name}.api.md`);
  const reports = new Map(
    names.map((name) => [name, inOneOrder(readFileSync(join(scratch, name), 'utf8'))]),
  );
  return { reports, problems };
}

/** @param {Entry} entry @param {string} scratch */
function configOf({ name, folder, isMain, types }, scratch) {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: tsconfig },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: scratch,
        reportTempFolder: join(scratch, 'temporary'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: error },
        extractorMessageReporting: {
          default: error,
          'ae-missing-release-tag': off,
          // The report marks what has none, without a line number.
          'ae-undocumented': off,
          // typedoc finds these over all packages and entries; another entry may well export it.
          ...(!isMain && { 'ae-forgotten-export': off }),
        },
        tsdocMessageReporting: { default: off },
      },
    },
  });
}

/**
 * Sorts what a union of texts has: a compiler that builds anew only what has changed writes inferred ones
 * in another order than one that builds everything.
 * @param {string} report
 */
function inOneOrder(report) {
  return report.replaceAll(/"[\w-]+"(?: \| "[\w-]+")+/g, (union) =>
    union.split(' | ').sort().join(' | '),
  );
}
