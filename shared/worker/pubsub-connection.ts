import type { BusConnection } from './connection.ts';
import type { Surroundings } from './environment.ts';
import type { Log } from './op.ts';
import { PubSubSource } from './pubsub-source.ts';

const GOOGLE_PUBSUB = 'pubsub.googleapis.com';

/** Connects to Pub/Sub with Google's client library, which is loaded at the call. Rejects if it is not installed. */
export async function connectPubSub(
  { project, subscription, lifecycleTopic }: Surroundings,
  maxMessages: number,
  log: Log,
): Promise<BusConnection> {
  const { PubSub } = await import('@google-cloud/pubsub').catch((error: unknown) => {
    throw new Error('serve pulls with @google-cloud/pubsub: npm install @google-cloud/pubsub', {
      cause: error,
    });
  });
  const pubsub = new PubSub(project ? { projectId: project } : {});
  const topic = pubsub.topic(lifecycleTopic);
  return {
    address: process.env.PUBSUB_EMULATOR_HOST ?? GOOGLE_PUBSUB,
    source: new PubSubSource({ pubsub, subscription, maxMessages, log }),
    async publish(data) {
      await topic.publishMessage({ data: Buffer.from(data) });
    },
  };
}
