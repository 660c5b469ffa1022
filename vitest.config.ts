import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { SlowFirst } from './test/setup/slow-first.ts';
import { PATIENCE_MS } from './test/setup/until.ts';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npm run test:fast` leaves these out: they start servers, emulators, browsers, or processes that live long. */
const SERVED = [
  'test/bench/**',
  'test/bus/durability.test.ts',
  'test/bus/emulator.test.ts',
  'test/bus/grpc/**',
  'test/console/**',
  'test/deploy/**',
  'test/durability/**',
  'test/end-to-end/**',
  'test/examples/**',
  'test/executor/cli.test.ts',
  'test/executor/serve-command.test.ts',
  'test/faults/mutations.test.ts',
  'test/faults/port-limits.test.ts',
  'test/fuzz/**',
  'test/local/**',
  'test/messages/conformance/**',
  'test/package/**',
  'test/setup/**',
  'test/store/spanner-limits.test.ts',
  'test/store/sqlite-durability.test.ts',
  'test/worker/releases.test.ts',
  'test/worker/serve.test.ts',
];

/**
 * `npm run checks` runs these alone, and `npm test` leaves them out: compilers and other tools check what is published, and
 * nothing of the product runs.
 */
const CHECKS = ['test/package/checks.test.ts', 'test/package/reference.test.ts'];

export default defineConfig(({ mode }) => {
  const isFast = mode === 'fast';
  const isChecks = mode === 'checks';
  return {
    // The package by its own name, as examples and tests import it, from its sources.
    resolve: {
      alias: [
        { find: /^lro-orchestrator$/, replacement: source('shared/client/index.ts') },
        { find: 'lro-orchestrator/worker', replacement: source('shared/worker/index.ts') },
        { find: 'lro-orchestrator/testing', replacement: source('testing/index.ts') },
      ],
    },
    test: {
      include: isChecks ? CHECKS : ['test/**/*.test.ts'],
      exclude: [...configDefaults.exclude, ...(isChecks ? [] : CHECKS), ...(isFast ? SERVED : [])],
      reporters: ['default', './test/setup/summary.ts'],
      globalSetup: ['test/setup/run-folder.ts', ...(isFast || isChecks ? [] : ['test/setup/emulators.ts'])],
      // To load the same modules for each file anew takes half of the time of the fast tests. What a file could leave to the
      // next one in its process, test/setup/leaks.ts restores or refuses.
      isolate: false,
      setupFiles: ['test/setup/leaks.ts'],
      // SHUFFLE=<seed> runs the files in a random order, which finds a file that depends on what an earlier file left.
      sequence: process.env.SHUFFLE
        ? { shuffle: { files: true, tests: false }, seed: Number(process.env.SHUFFLE) }
        : { sequencer: SlowFirst },
      // For two cores: tests on emulators and child processes wait more than they compute, and some fast tests wait too.
      maxWorkers: isFast ? 3 : isChecks ? 2 : 5,
      // One race of the emulators does not fail a run of many minutes, but the end of the run names the test.
      retry: isFast ? 0 : 1,
      // The limits only end a test that hangs. No test has a limit of its own, because a busy machine takes several times as long as a
      // quiet one.
      testTimeout: 600_000,
      hookTimeout: 600_000,
      expect: { poll: { timeout: PATIENCE_MS, interval: 20 } },
      env: {
        // Google's client libraries look for the metadata server of a cloud machine, and wait for it in vain.
        METADATA_SERVER_DETECTION: 'none',
      },
    },
  };
});
