import type { BusMessage } from './message.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import type { TopicConfig } from './topic-config.ts';

/** A message in the backlog of a subscription. */
export interface StoredMessage {
  readonly message: BusMessage;
  /** The number of deliveries that was last stored. */
  readonly attempts: number;
}

/** The stored backlog of one subscription. */
export interface BacklogReader {
  /** Whether `read` can return a message again. False if messages are only in the memory of the bus. */
  readonly keeps: boolean;
  /** The largest part of a subscription to have in memory. Further messages are read when they can be delivered. */
  readonly window: { readonly messages: number; readonly bytes: number };
  /** Returns up to `limit` messages with an id above `after`, in the order of their ids. */
  read(after: number, limit: number): readonly StoredMessage[];
}

/** A message for one subscription. */
export interface NewMessage {
  readonly subscription: { readonly name: string };
  readonly message: BusMessage;
}

/** What the bus starts with. */
export interface StoredBus {
  readonly topics: readonly TopicConfig[];
  readonly subscriptions: readonly SubscriptionConfig[];
  /** Lower than the ids of all later messages. */
  readonly lastId: number;
}

/**
 * Stores topics, subscriptions and unacknowledged messages.
 *
 * Invariants:
 *  1. Messages can be read as soon as `append` is called. They are durable once it resolves.
 *  2. A crash may lose a `remove` or a `noteAttempts`. The message is then delivered again, which at-least-once delivery allows, so
 *     no caller waits for them.
 *  3. When tasks ahead of the disk are rolled back, all `remove` and `noteAttempts` that are not committed are rolled back too,
 *     because they may follow from these tasks.
 */
export interface BusStorage {
  load(): StoredBus;
  /** Adds the topic or replaces its configuration. */
  saveTopic(config: TopicConfig): Promise<void>;
  removeTopic(name: string): Promise<void>;
  /** Adds the subscription or replaces its configuration. */
  saveSubscription(config: SubscriptionConfig): Promise<void>;
  /** Deletes the subscription with its backlog. */
  removeSubscription(name: string): Promise<void>;

  /** The messages up to this id are durable. Messages with a greater id must not leave the process. */
  readonly durableId: number;
  backlog(subscription: string): BacklogReader;
  /** Stores all messages, or none if it rejects. Resolves in the order of the calls. */
  append(messages: readonly NewMessage[]): Promise<void>;
  /**
   * Like `append`, ahead of the disk: the messages are rolled back together with the decisions that they follow from. Messages that
   * become durable together may share one promise.
   */
  appendAhead(messages: readonly NewMessage[]): Promise<void>;
  remove(subscription: string, id: number): void;
  noteAttempts(subscription: string, id: number, attempts: number): void;
  /** Deletes the messages that were published before `publishTime`, in milliseconds since the epoch. */
  removeBefore(subscription: string, publishTime: number): Promise<void>;
  /** Resolves once all earlier `remove` and `noteAttempts` are durable. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
