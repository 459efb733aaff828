// SPDX-License-Identifier: GPL-2.0-or-later
import { defineConfig } from 'vitest/config';

// What packages offer to others: the reports in docs/api, and the reference that typedoc makes. A
// target of its own, since it needs every package built.
export default defineConfig({
  test: {
    include: ['tools/api/*.test.mjs'],
    testTimeout: 300_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'test-output/api.json' },
  },
});
