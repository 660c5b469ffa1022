import type { BusMessage } from './message.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import type { TopicConfig } from './topic-config.ts';

/** A message in the backlog of a subscription. */
export interface StoredMessage {
  readonly message: BusMessage;
  /** How often it was delivered, as far as that was written down. */
  readonly attempts: number;
}

/** The backlog of one subscription, as it is stored. */
export interface BacklogReader {
  /** Whether `read` gives a message again that was read before: false where messages are in the memory of the bus only. */
  readonly keeps: boolean;
  /** How much of a subscription to have in memory at most; the rest is read when its turn comes. */
  readonly window: { readonly messages: number; readonly bytes: number };
  /** Up to `limit` messages with an id above `after`, by id. */
  read(after: number, limit: number): readonly StoredMessage[];
}

/** A message for one subscription. */
export interface NewMessage {
  readonly subscription: { readonly name: string };
  readonly message: BusMessage;
}

/** What the bus begins with when it starts. */
export interface StoredBus {
  readonly topics: readonly TopicConfig[];
  readonly subscriptions: readonly SubscriptionConfig[];
  /** Below every id that a message gets from now on. */
  readonly lastId: number;
}

/**
 * Where the bus keeps what must not be lost.
 *
 * Invariants: what `append` resolved for is there after a crash; the messages can be read from the call on. `remove` and `noteAttempts` may be lost by one: the
 * message is delivered again then, which at-least-once allows, and so no caller waits for them and they cost no commit of their own
 * while others are coming.
 */
export interface BusStorage {
  load(): StoredBus;
  /** Adds the topic or replaces its configuration. */
  saveTopic(config: TopicConfig): Promise<void>;
  removeTopic(name: string): Promise<void>;
  /** Adds the subscription or replaces its configuration. */
  saveSubscription(config: SubscriptionConfig): Promise<void>;
  /** With its backlog. */
  removeSubscription(name: string): Promise<void>;

  /** A crash can take back messages with a greater id: they must not leave the process. */
  readonly durableId: number;
  backlog(subscription: string): BacklogReader;
  /** All of them, or none where it rejects. Resolves in the order of the calls. */
  append(messages: readonly NewMessage[]): Promise<void>;
  /** The same for what follows from a decision that is not safe yet: it is taken back with it, and never stored without it. */
  appendAhead(messages: readonly NewMessage[]): Promise<void>;
  remove(subscription: string, id: number): void;
  noteAttempts(subscription: string, id: number, attempts: number): void;
  /** Removes what was published before `publishTime`, in milliseconds since the epoch. */
  removeBefore(subscription: string, publishTime: number): Promise<void>;
  /** Resolves once everything noted before is as safe as what was appended. */
  flush(): Promise<void>;
  /** Drops what `remove` and `noteAttempts` have noted and is not safe yet: what it rests on was taken back. */
  forget(): void;
  close(): Promise<void>;
}
