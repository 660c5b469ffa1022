import { PubSubClient } from '../pubsub-client.ts';
import { type PushReceiver, startPushReceiver } from '../push-receiver.ts';

export interface Channel {
  readonly topic: string;
  readonly subscription: string;
}

/** What a case has to work with. Each makes topics and subscriptions of its own. */
export interface BusContext {
  readonly client: PubSubClient;
  /** A topic with one subscription. */
  channel(settings?: object): Promise<Channel>;
  /** A topic whose messages are pushed to a receiver that answers with these statuses in turn. */
  pushed(settings: object, ...statuses: number[]): Promise<Channel & { readonly receiver: PushReceiver }>;
}

/** For the bus at the host that is known once it has started. */
export function busContext(host: () => string): BusContext & { close(): Promise<void> } {
  const client = new PubSubClient(host);
  const receivers: PushReceiver[] = [];

  const channel = async (settings = {}): Promise<Channel> => {
    const topic = await client.topic();
    return { topic, subscription: await client.subscription(topic, settings) };
  };

  return {
    client,
    channel,
    pushed: async (settings, ...statuses) => {
      const receiver = await startPushReceiver(...statuses);
      receivers.push(receiver);
      const pushConfig = { pushEndpoint: receiver.url };
      return { receiver, ...(await channel({ pushConfig, ...settings })) };
    },
    close: async () => {
      await Promise.all(receivers.map((receiver) => receiver.close()));
    },
  };
}
