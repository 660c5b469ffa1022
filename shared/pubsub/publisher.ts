/**
 * The publisher on Google Cloud Pub/Sub. It is the only file of this room that imports the client library, and it loads
 * the library at the first publish: loading costs a fifth of a second, which no other cold start should pay.
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
  /** Default: the project of the credentials. */
  readonly projectId?: string;
  /** The address of Pub/Sub. Default: PUBSUB_EMULATOR_HOST, or else Google. */
  readonly apiEndpoint?: string;
  readonly topics?: PublishedTopics;
  readonly log?: Log;
  readonly tenants?: Tenants;
}

/** The longest duration of one publish, including the client's retries, in milliseconds. */
const PUBLISH_TIMEOUT_MS = 10_000;

/**
 * Gives up early enough for the caller to report it. With the library's own settings the sixth attempt waits 25 s and
 * the last one ends after a minute, when the function's own call has already been given up. A message that is not
 * published stays in the outbox.
 */
const BACKOFF = {
  initialRetryDelayMillis: 100,
  retryDelayMultiplier: 2,
  maxRetryDelayMillis: 2_000,
  initialRpcTimeoutMillis: PUBLISH_TIMEOUT_MS,
  rpcTimeoutMultiplier: 1,
  maxRpcTimeoutMillis: PUBLISH_TIMEOUT_MS,
  totalTimeoutMillis: PUBLISH_TIMEOUT_MS,
};

const PUBLISH_OPTIONS: PublishOptions = {
  messageOrdering: true,
  // A resume waits for this publish, so only messages of the same moment share a request.
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
      await topic.publishMessage(orderingKey ? { data, attributes, orderingKey } : { data, attributes });
    } catch (error) {
      // After a failure the client refuses an ordering key until the caller confirms the order. The order is always
      // settled here: only the call that waited for this publish publishes the message again.
      if (orderingKey) topic.resumePublishing(orderingKey);
      throw failureFrom(error, `publishing to ${topicName}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#topics.values()].map((topic) => topic.flush()));
    await (await this.#client)?.close();
  }

  /** Each topic's publisher is built once, because it holds the batches. */
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
