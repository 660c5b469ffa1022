import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // The package by its own name, as examples and tests import it, from its sources.
  resolve: {
    alias: [
      { find: /^lro-orchestrator$/, replacement: source('shared/client/index.ts') },
      { find: 'lro-orchestrator/worker', replacement: source('shared/worker/index.ts') },
      { find: 'lro-orchestrator/testing', replacement: source('testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/setup/summary.ts'],
    globalSetup: ['test/setup/emulators.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: {
      // Google's client libraries look for the metadata server of a cloud machine, and wait for it in vain.
      METADATA_SERVER_DETECTION: 'none',
    },
  },
});
