import type { PubSub } from '@google-cloud/pubsub';
import type { Following, MessageHandler } from '../system.ts';

/** Passes on the messages that are published to the topic from now on, through a new subscription. */
export async function followTopic(
  pubsub: PubSub,
  topic: string,
  onMessage: MessageHandler,
): Promise<Following> {
  const [subscription] = await pubsub.topic(topic).createSubscription(`follow-${topic}`);
  subscription.on('message', (message) => {
    onMessage(message).then(
      () => message.ack(),
      () => message.nack(),
    );
  });
  // The library reopens a stream that breaks. When the system ends, there is no server to reconnect to.
  subscription.on('error', () => undefined);
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= subscription.close().then(async () => void (await subscription.delete()));
      return stopped;
    },
  };
}
