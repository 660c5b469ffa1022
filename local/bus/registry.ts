import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { type Filter, parseFilter } from './filter.ts';
import { checkResourceName } from './resource-name.ts';
import { Subscription } from './subscription.ts';
import { checkSubscription, type SubscriptionConfig } from './subscription-config.ts';
import type { SubscriptionSurroundings } from './subscription-surroundings.ts';
import type { TopicConfig } from './topic-config.ts';

/** A subscription that messages of a topic go to, and its filter. */
export interface Subscribed {
  readonly subscription: Subscription;
  /** All messages if absent. */
  readonly accepts: Filter | undefined;
}

interface Topic {
  config: TopicConfig;
  readonly subscribed: Map<string, Subscribed>;
}

/** The topic of a subscription whose topic was deleted, as Pub/Sub names it. */
export const DELETED_TOPIC = '_deleted-topic_';

export interface RegistrySurroundings extends SubscriptionSurroundings {
  /** Called when a subscription exists, from the storage or created, and when its configuration has changed. */
  readonly configured: (subscription: Subscription) => void;
}

/** The topics and subscriptions that exist. Everything that it returns has been stored. */
export class Registry {
  readonly #surroundings: RegistrySurroundings;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  /** Topics and subscriptions that are being created. They do not exist before they are stored. */
  readonly #creating = new Set<string>();

  constructor(surroundings: RegistrySurroundings) {
    this.#surroundings = surroundings;
  }

  /** The topics and subscriptions that the storage contains at the start. */
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

  /** @throws Failure `notFound` */
  subscribed(topic: string): ReadonlyMap<string, Subscribed> {
    return this.#topic(topic).subscribed;
  }

  /** @throws Failure `notFound` */
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

  /** Changes the configuration of an existing topic. */
  async updateTopic(config: TopicConfig): Promise<void> {
    const topic = this.#topic(config.name);
    await this.#surroundings.storage.saveTopic(config);
    topic.config = config;
  }

  /** Deletes a topic. Its subscriptions remain, with their messages. */
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
   * Changes the configuration of an existing subscription. Its messages remain.
   *
   * @throws Failure `notFound` if the subscription or the dead-letter topic does not exist
   */
  async updateSubscription(config: SubscriptionConfig): Promise<void> {
    checkSubscription(config);
    const subscription = this.subscription(config.name);
    const deadLetterTopic = config.deadLetterPolicy?.topic;
    // A topic that was deleted meanwhile does not prevent other changes.
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

  /** Each subscription reads its backlog from the storage again. */
  restoreAll(): void {
    for (const subscription of this.#subscriptions.values()) subscription.restore();
  }

  /** Stops all deliveries. */
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
