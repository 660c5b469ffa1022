import { startTogether } from '../start-together.ts';
import { startPubSubEmulator } from './pubsub.ts';
import { startSpannerEmulator } from './spanner.ts';

/** Starts Google's emulators. Each is undefined if it is not installed. */
export function startEmulators() {
  return startTogether('emulator', { spanner: startSpannerEmulator(), pubsub: startPubSubEmulator() });
}
