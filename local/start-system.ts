import { startEmbeddedSystem } from './embedded/embedded-system.ts';
import { startPubSubEmulator } from './emulators/pubsub.ts';
import { startSpannerEmulator } from './emulators/spanner.ts';
import type { LocalSystem, SystemOptions } from './system.ts';

/** Starts the embedded system, or starts the emulators and the system on them. */
export async function startSystem({
  emulators,
  ...options
}: SystemOptions & { emulators: boolean }): Promise<LocalSystem> {
  return emulators ? startWithEmulators(options) : startEmbeddedSystem(options);
}

async function startWithEmulators(options: SystemOptions): Promise<LocalSystem> {
  const [spanner, pubsub] = await Promise.all([startSpannerEmulator(), startPubSubEmulator()]);
  const stopEmulators = async () => {
    await Promise.all([spanner?.stop(), pubsub?.stop()]);
  };
  try {
    if (!spanner || !pubsub) {
      throw new Error(
        "Google's emulators are not installed: gcloud components install cloud-spanner-emulator pubsub-emulator (the second one needs Java)",
      );
    }
    // Loaded here, because the embedded system does not need these client libraries, and they take a second to load.
    const { startEmulatedSystem } = await import('./emulated/emulated-system.ts');
    const system = await startEmulatedSystem({
      ...options,
      spannerHost: spanner.host,
      pubsubHost: pubsub.host,
    });
    return {
      ...system,
      async stop() {
        await system.stop();
        await stopEmulators();
      },
    };
  } catch (error) {
    await stopEmulators();
    throw error;
  }
}
