import type { PubSub } from '@google-cloud/pubsub';
import type { Following, MessageHandler } from '../system.ts';

/** Hands over what is published to the topic from now on, through a subscription of its own. */
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
  // A stream that breaks is opened again by the library; at the end of the system there is nothing to open.
  subscription.on('error', () => undefined);
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= subscription.close().then(async () => void (await subscription.delete()));
      return stopped;
    },
  };
}
