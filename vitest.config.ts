// SPDX-License-Identifier: GPL-2.0-or-later
import { defineConfig } from 'vitest/config';

// One configuration for all: nx runs it once per package with `--root`, and
// `vitest` in the workspace's root runs every test of every package.
//
// The condition makes one package import another's sources, so that nothing
// has to be built before a test.
const conditions = ['@lguest-sim/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 60_000,
    include: [
      'test/**/*.test.{ts,mjs}',
      'packages/*/test/**/*.test.ts',
      'tools/test/**/*.test.mjs',
    ],
    passWithNoTests: true,
    reporters: ['default', 'json'],
    // tools/test.mjs adds these files up.
    outputFile: { json: 'test-output/vitest.json' },
  },
});
