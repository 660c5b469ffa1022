import { defineConfig } from 'vitest/config';

export default defineConfig({
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
