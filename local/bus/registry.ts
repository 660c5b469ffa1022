import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { type Filter, parseFilter } from './filter.ts';
import { checkResourceName } from './resource-name.ts';
import { Subscription, type SubscriptionSurroundings } from './subscription.ts';
import { checkSubscription, type SubscriptionConfig } from './subscription-config.ts';

/** Who gets what is published to a topic, and which of it. */
export interface Subscribed {
  readonly subscription: Subscription;
  /** Everything where absent. */
  readonly accepts: Filter | undefined;
}

/** The topic that a subscription has once its own was deleted, as Pub/Sub calls it. */
export const DELETED_TOPIC = '_deleted-topic_';

export interface RegistrySurroundings extends SubscriptionSurroundings {
  /** A subscription is there, from the storage or new. */
  readonly added: (subscription: Subscription) => void;
}

/** Which topics and subscriptions there are. Whatever it says is there has been stored. */
export class Registry {
  readonly #surroundings: RegistrySurroundings;
  readonly #topics = new Map<string, Map<string, Subscribed>>();
  readonly #subscriptions = new Map<string, Subscription>();
  /** What is being created, and is not there before it is stored. */
  readonly #creating = new Set<string>();

  constructor(surroundings: RegistrySurroundings) {
    this.#surroundings = surroundings;
  }

  /** What the storage had. */
  restore(topics: readonly string[], subscriptions: readonly SubscriptionConfig[]): void {
    for (const topic of topics) this.#topics.set(topic, new Map());
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
    const subscribed = this.#topics.get(topic);
    if (subscribed === undefined) throw new Failure('notFound', `Topic not found: ${topic}`);
    return subscribed;
  }

  subscription(name: string): Subscription {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined) throw new Failure('notFound', `Subscription does not exist: ${name}`);
    return subscription;
  }

  async createTopic(name: string): Promise<void> {
    checkResourceName('topic', name);
    await this.#create(`Topic ${name}`, this.#topics.has(name), async () => {
      await this.#surroundings.storage.addTopic(name);
      this.#topics.set(name, new Map());
    });
  }

  /** Its subscriptions stay, with what is in them. */
  async deleteTopic(name: string): Promise<void> {
    const subscribed = [...this.subscribed(name).values()];
    this.#topics.delete(name);
    const { storage } = this.#surroundings;
    await storage.removeTopic(name);
    for (const { subscription } of subscribed) {
      subscription.config = { ...subscription.config, topic: DELETED_TOPIC };
      await storage.saveSubscription(subscription.config);
    }
  }

  async createSubscription(config: SubscriptionConfig): Promise<void> {
    checkSubscription(config);
    const { name } = config;
    await this.#create(`Subscription ${name}`, this.#subscriptions.has(name), async () => {
      this.subscribed(config.topic);
      await this.#surroundings.storage.saveSubscription(config);
      this.#add(config);
    });
  }

  /** Gives a subscription that is there another configuration. What is in it stays. */
  async updateSubscription(config: SubscriptionConfig): Promise<void> {
    checkSubscription(config);
    const subscription = this.subscription(config.name);
    await this.#surroundings.storage.saveSubscription(config);
    subscription.config = config;
  }

  async deleteSubscription(name: string): Promise<void> {
    const subscription = this.subscription(name);
    this.#subscriptions.delete(name);
    this.#topics.get(subscription.config.topic)?.delete(name);
    subscription.close();
    await this.#surroundings.storage.removeSubscription(name);
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
    this.#topics.get(config.topic)?.set(config.name, { subscription, accepts });
    this.#surroundings.added(subscription);
  }
}

function byName(a: SubscriptionConfig, b: SubscriptionConfig): number {
  return a.name < b.name ? -1 : 1;
}
