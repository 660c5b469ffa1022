/**
 * Starts Google's emulators for the tests that need them, once a run. Where the machine has none, those tests are left
 * out and the end of the run says so; with REQUIRE_ALL=1 the run fails instead.
 */
import type { TestProject } from 'vitest/node';
import { startEmulators } from '../../local/emulators/emulators.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    spannerEmulatorHost: string | undefined;
    pubsubEmulatorHost: string | undefined;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { spanner, pubsub } = await startEmulators();
  project.provide('spannerEmulatorHost', spanner?.host);
  project.provide('pubsubEmulatorHost', pubsub?.host);

  const missing = [
    ...(spanner ? [] : ['Spanner emulator (gcloud components install cloud-spanner-emulator)']),
    ...(pubsub ? [] : ['Pub/Sub emulator (gcloud components install pubsub-emulator, and Java)']),
  ];
  const stop = async () => {
    await Promise.all([spanner?.stop(), pubsub?.stop()]);
  };
  if (missing.length > 0 && process.env.REQUIRE_ALL === '1') {
    await stop();
    throw new Error(`REQUIRE_ALL=1, and this machine lacks: ${missing.join('; ')}`);
  }
  return async () => {
    await stop();
    for (const name of missing) console.log(`left out: the tests that need the ${name}`);
  };
}
