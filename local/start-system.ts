import { closeAll } from './close-all.ts';
import { startEmbeddedSystem } from './embedded/embedded-system.ts';
import { startEmulators } from './emulators/emulators.ts';
import type { LocalSystem, SystemOptions } from './system.ts';

/** Starts the embedded system, or starts the emulators and the system on them. */
export async function startSystem({
  emulators,
  ...options
}: SystemOptions & { emulators: boolean }): Promise<LocalSystem> {
  return emulators ? startWithEmulators(options) : startEmbeddedSystem(options);
}

async function startWithEmulators(options: SystemOptions): Promise<LocalSystem> {
  const { spanner, pubsub } = await startEmulators();
  const stopEmulators = [() => spanner?.stop(), () => pubsub?.stop()];
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
    return { ...system, stop: () => closeAll([() => system.stop(), ...stopEmulators]) };
  } catch (error) {
    await closeAll(stopEmulators).catch(() => undefined);
    throw error;
  }
}
