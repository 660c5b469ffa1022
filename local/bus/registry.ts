import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { type Filter, parseFilter } from './filter.ts';
import { checkResourceName } from './resource-name.ts';
import { Subscription, type SubscriptionSurroundings } from './subscription.ts';
import { checkSubscription, type SubscriptionConfig } from './subscription-config.ts';
import type { TopicConfig } from './topic-config.ts';

/** Who gets what is published to a topic, and which of it. */
export interface Subscribed {
  readonly subscription: Subscription;
  /** Everything where absent. */
  readonly accepts: Filter | undefined;
}

interface Topic {
  config: TopicConfig;
  readonly subscribed: Map<string, Subscribed>;
}

/** The topic that a subscription has once its own was deleted, as Pub/Sub calls it. */
export const DELETED_TOPIC = '_deleted-topic_';

export interface RegistrySurroundings extends SubscriptionSurroundings {
  /** A subscription is there, from the storage or new, or has another configuration. */
  readonly configured: (subscription: Subscription) => void;
}

/** Which topics and subscriptions there are. Whatever it says is there has been stored. */
export class Registry {
  readonly #surroundings: RegistrySurroundings;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  /** What is being created, and is not there before it is stored. */
  readonly #creating = new Set<string>();

  constructor(surroundings: RegistrySurroundings) {
    this.#surroundings = surroundings;
  }

  /** What the storage had. */
  restore(topics: readonly TopicConfig[], subscriptions: readonly SubscriptionConfig[]): void {
    for (const config of topics) this.#topics.set(config.name, { config, subscribed: new Map() });
    for (const config of subscriptions) this.#add(config);
  }

  get topics(): string[] {
    return [...this.#topics.keys()].sort();
  }

  get subscriptions(): SubscriptionConfig[] {
    return [...this.#subscriptions.values()].map(({ config }) => config).sort(byName);
  }

  /** Throws a Failure `notFound`. */
  subscribed(topic: string): ReadonlyMap<string, Subscribed> {
    return this.#topic(topic).subscribed;
  }

  /** Throws a Failure `notFound`. */
  topic(name: string): TopicConfig {
    return this.#topic(name).config;
  }

  subscription(name: string): Subscription {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined) throw new Failure('notFound', `Subscription does not exist: ${name}`);
    return subscription;
  }

  async createTopic(name: string, labels: TopicConfig['labels'] = {}): Promise<void> {
    checkResourceName('topic', name);
    const config = { name, labels };
    await this.#create(`Topic ${name}`, this.#topics.has(name), async () => {
      await this.#surroundings.storage.saveTopic(config);
      this.#topics.set(name, { config, subscribed: new Map() });
    });
  }

  /** Gives a topic that is there another configuration. */
  async updateTopic(config: TopicConfig): Promise<void> {
    const topic = this.#topic(config.name);
    await this.#surroundings.storage.saveTopic(config);
    topic.config = config;
  }

  /** Its subscriptions stay, with what is in them. */
  async deleteTopic(name: string): Promise<void> {
    const subscribed = [...this.subscribed(name).values()];
    this.#topics.delete(name);
    const { storage } = this.#surroundings;
    await storage.removeTopic(name);
    for (const { subscription } of subscribed) {
      subscription.configure({ ...subscription.config, topic: DELETED_TOPIC });
      await storage.saveSubscription(subscription.config);
    }
  }

  async createSubscription(config: SubscriptionConfig): Promise<void> {
    checkSubscription(config);
    const { name } = config;
    await this.#create(`Subscription ${name}`, this.#subscriptions.has(name), async () => {
      this.#topic(config.topic);
      if (config.deadLetterPolicy) this.#topic(config.deadLetterPolicy.topic);
      await this.#surroundings.storage.saveSubscription(config);
      this.#add(config);
    });
  }

  /**
   * Gives a subscription that is there another configuration. What is in it stays.
   *
   * @throws Failure `notFound` where there is no such subscription, or no such dead-letter topic
   */
  async updateSubscription(config: SubscriptionConfig): Promise<void> {
    checkSubscription(config);
    const subscription = this.subscription(config.name);
    const deadLetterTopic = config.deadLetterPolicy?.topic;
    // One that was deleted since is no reason to refuse another change.
    if (deadLetterTopic && deadLetterTopic !== subscription.config.deadLetterPolicy?.topic) {
      this.#topic(deadLetterTopic);
    }
    await this.#surroundings.storage.saveSubscription(config);
    subscription.configure(config);
    this.#surroundings.configured(subscription);
  }

  async deleteSubscription(name: string): Promise<void> {
    const subscription = this.subscription(name);
    this.#subscriptions.delete(name);
    this.#topics.get(subscription.config.topic)?.subscribed.delete(name);
    subscription.close();
    await this.#surroundings.storage.removeSubscription(name);
  }

  /** Each subscription begins anew with what the storage has. */
  restoreAll(): void {
    for (const subscription of this.#subscriptions.values()) subscription.restore();
  }

  /** Nothing is handed out from now on. */
  stop(): void {
    for (const subscription of this.#subscriptions.values()) subscription.stop();
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close();
  }

  async #create(what: string, exists: boolean, create: () => Promise<void>): Promise<void> {
    if (exists || this.#creating.has(what)) throw new Failure('alreadyExists', `${what} already exists`);
    this.#creating.add(what);
    try {
      await create();
    } finally {
      this.#creating.delete(what);
    }
  }

  #add(config: SubscriptionConfig): void {
    const subscription = new Subscription(config, this.#surroundings);
    this.#subscriptions.set(config.name, subscription);
    const accepts = config.filter ? parseFilter(config.filter) : undefined;
    this.#topics.get(config.topic)?.subscribed.set(config.name, { subscription, accepts });
    this.#surroundings.configured(subscription);
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new Failure('notFound', `Topic not found: ${name}`);
    return topic;
  }
}

function byName(a: SubscriptionConfig, b: SubscriptionConfig): number {
  return a.name < b.name ? -1 : 1;
}
