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
 * Where the bus stores what must not be lost.
 *
 * Invariants: what `append` resolved for is there after a crash; the messages can be read from the call on. `remove` and `noteAttempts` may be lost by one: the
 * message is delivered again then, which at-least-once allows, and so no caller waits for them and they cost no commit of their own
 * while others are coming. They are lost together with decisions ahead of the commit that are taken back, since they may rest on them.
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

  /** A crash can take back messages with a greater id: they must not leave the process. */
  readonly durableId: number;
  backlog(subscription: string): BacklogReader;
  /** Stores all messages, or none if it rejects. Resolves in the order of the calls. */
  append(messages: readonly NewMessage[]): Promise<void>;
  /** The same for what follows from a decision that is not safe yet: it is taken back with it, and never stored without it. */
  appendAhead(messages: readonly NewMessage[]): Promise<void>;
  remove(subscription: string, id: number): void;
  noteAttempts(subscription: string, id: number, attempts: number): void;
  /** Deletes the messages that were published before `publishTime`, in milliseconds since the epoch. */
  removeBefore(subscription: string, publishTime: number): Promise<void>;
  /** Resolves once everything that was noted before is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
