// SPDX-License-Identifier: GPL-2.0-or-later
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Tests of what is packed, which import no package of the workspace: they look at tarballs.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    testTimeout: 300_000,
    include: ['*.test.mjs'],
    maxWorkers: 2,
    globalSetup: './global-setup.mjs',
    reporters: ['default', 'json'],
    // tools/test.mjs adds this file to the others.
    outputFile: { json: fileURLToPath(new URL('../../test-output/packed.json', import.meta.url)) },
  },
});
