import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** One worker runs all files, as in vitest.config.ts at the root. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../../', import.meta.url)),
    include: ['test/setup/leaking/*.fixture.ts'],
    setupFiles: ['test/setup/leaks.ts'],
    isolate: false,
    maxWorkers: 1,
  },
});
