/**
 * The publisher on Google Cloud Pub/Sub. The only file here that imports the client library, and not before something
 * is published: it would cost every cold start a fifth of a second.
 */
import type { PublishOptions, PubSub, Topic } from '@google-cloud/pubsub';
import type { OutgoingMessage } from '../messages/completion.ts';
import { failureFrom } from '../orchestrator/google-error.ts';
import type { Log } from '../orchestrator/orchestrator.ts';
import type { Publisher } from '../orchestrator/ports/publisher.ts';
import type { Tenants } from '../orchestrator/tenants.ts';
import { type MessageSender, messagePublisher } from './message-publisher.ts';
import { DEFAULT_TOPICS, type PublishedTopics } from './topology.ts';

export interface PubSubOptions {
  /** The project of the credentials where absent. */
  readonly projectId?: string;
  /** Where Pub/Sub is; PUBSUB_EMULATOR_HOST, else Google, where absent. */
  readonly apiEndpoint?: string;
  readonly topics?: PublishedTopics;
  readonly log?: Log;
  readonly tenants?: Tenants;
}

/** How long one publish may take, the client's own retries within it, in milliseconds. */
const PUBLISH_TIMEOUT = 10_000;

/**
 * Gives up in time for the caller to say so: the library's own settings wait 25 s before the sixth attempt and end
 * after a minute, when the function's own call has long been given up. What is not published stays in the outbox.
 */
const BACKOFF = {
  initialRetryDelayMillis: 100,
  retryDelayMultiplier: 2,
  maxRetryDelayMillis: 2_000,
  initialRpcTimeoutMillis: PUBLISH_TIMEOUT,
  rpcTimeoutMultiplier: 1,
  maxRpcTimeoutMillis: PUBLISH_TIMEOUT,
  totalTimeoutMillis: PUBLISH_TIMEOUT,
};

const PUBLISH_OPTIONS: PublishOptions = {
  messageOrdering: true,
  // A resume waits for this: only what is published in the same moment shares a request.
  batching: { maxMilliseconds: 1 },
  gaxOpts: { retry: { backoffSettings: BACKOFF } },
};

export function createPubSubPublisher({
  topics = DEFAULT_TOPICS,
  log,
  tenants,
  ...client
}: PubSubOptions = {}): Publisher {
  return messagePublisher(topics, new PubSubSender(client), log, tenants);
}

type ClientOptions = Omit<PubSubOptions, 'topics' | 'log' | 'tenants'>;

class PubSubSender implements MessageSender {
  readonly #options: ClientOptions;
  readonly #topics = new Map<string, Topic>();
  #client: Promise<PubSub> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async send(topicName: string, { data, attributes, orderingKey }: OutgoingMessage): Promise<void> {
    const topic = await this.#topic(topicName);
    try {
      await topic.publishMessage({ data, attributes, ...(orderingKey && { orderingKey }) });
    } catch (error) {
      // After a failure the client refuses a key until it is told that the order is settled. Here it always is: a
      // message is published again only by the call that waited for this one.
      if (orderingKey) topic.resumePublishing(orderingKey);
      throw failureFrom(error, `publishing to ${topicName}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#topics.values()].map((topic) => topic.flush()));
    await (await this.#client)?.close();
  }

  /** Each topic's publisher is built once: it holds the batches. */
  async #topic(name: string): Promise<Topic> {
    this.#client ??= import('@google-cloud/pubsub').then((library) => new library.PubSub(this.#options));
    const client = await this.#client;
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = client.topic(name, PUBLISH_OPTIONS);
      this.#topics.set(name, topic);
    }
    return topic;
  }
}
