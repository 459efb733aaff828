// SPDX-License-Identifier: GPL-2.0-or-later
import nx from '@nx/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { spdxHeader } from './tools/eslint/spdx-header.mjs';

/** The floors of the house, lowest first. A floor imports only the floors below it. */
const floors = ['ground', 'actor', 'house', 'view', 'face'];

/** Where a file may know that it runs in Node: the command, a trace's file reader, tests. */
const nodeOnly = ['packages/cli/**', 'packages/trace/src/node/**', 'packages/*/test/**'];

const nodeEntries = {
  group: ['@lguest-sim/*/node'],
  message: 'This entry needs Node, and these packages run in a browser too.',
};
const streamsAndMachines = {
  group: ['rxjs', 'rxjs/*', 'xstate', 'xstate/*'],
  message: 'A core stands without rxjs and xstate.',
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '.nx/', '**/test-output/', '**/.tsbuild/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    name: 'every source file',
    files: ['**/*.{ts,mjs,js,cjs}'],
    plugins: { 'lguest-sim': { rules: { 'spdx-header': spdxHeader } } },
    rules: {
      'lguest-sim/spdx-header': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },

  {
    name: 'TypeScript, with types',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        // One program for all is twice as fast as one for each tsconfig.
        project: 'tsconfig.lint.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // It calls the "{} as Types" that xstate's setup is given unnecessary.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Reading a typed array at an index that is known to be in range takes a
      // "!" under noUncheckedIndexedAccess, and hot loops are full of them.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Addresses in messages are numbers, written in hex by toString(16).
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },

  {
    name: 'packages',
    files: ['packages/**/*.{ts,js}'],
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['packages/*/tsconfig.json', 'packages/*/test/tsconfig.json'],
          noWarnOnMultipleProjects: true,
          conditionNames: ['@lguest-sim/source', 'types', 'import', 'default'],
        }),
      ],
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-self-import': 'error',
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: false,
          depConstraints: floors.map((floor, level) => ({
            sourceTag: `floor:${floor}`,
            onlyDependOnLibsWithTags: floors.slice(0, level).map((below) => `floor:${below}`),
          })),
        },
      ],
    },
  },

  {
    name: 'below the faces: nothing of Node, no time and no chance but the run’s own',
    files: ['packages/*/src/**/*.ts'],
    ignores: nodeOnly,
    rules: {
      'import-x/no-nodejs-modules': 'error',
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [nodeEntries] }],
      'no-restricted-globals': [
        'error',
        // What only Node or only a browser has is unknown to the compiler here.
        ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
          name,
          message: 'Time comes from the virtual clock, never from the host.',
        })),
        { name: 'crypto', message: 'Chance comes from the run’s seed.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Chance comes from the run’s seed.' },
      ],
    },
  },

  {
    name: 'cores: plain functions over bytes',
    files: ['packages/*/src/core/**/*.ts', 'packages/*/src/core.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [nodeEntries, streamsAndMachines] },
      ],
    },
  },
);
