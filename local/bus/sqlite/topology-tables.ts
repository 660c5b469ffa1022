import type { CommitQueue } from '../../sqlite/commit-queue.ts';
import type { Connection } from '../../sqlite/connection.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import type { TopicConfig } from '../topic-config.ts';

/** The topics and subscriptions on disk, and the numbers of the subscriptions, by which the backlog names them. */
export class TopologyTables {
  readonly #connection: Connection;
  readonly #queue: CommitQueue;
  readonly #numbers = new Map<string, number>();

  constructor(connection: Connection, queue: CommitQueue) {
    this.#connection = connection;
    this.#queue = queue;
  }

  topics(): TopicConfig[] {
    const rows = this.#connection.query<[string, string]>('SELECT name, labels FROM bus_topics').all([]);
    return rows.map(([name, labels]) => ({ name, labels: JSON.parse(labels) as TopicConfig['labels'] }));
  }

  /** Reads the subscriptions with their numbers. */
  subscriptions(): SubscriptionConfig[] {
    const rows = this.#connection
      .query<[number, string, string]>('SELECT number, name, config FROM bus_subscriptions')
      .all([]);
    for (const [number, name] of rows) this.#numbers.set(name, number);
    return rows.map(([, , config]) => JSON.parse(config) as SubscriptionConfig);
  }

  /** undefined if the subscription does not exist. */
  numberOf(subscription: string): number | undefined {
    return this.#numbers.get(subscription);
  }

  async saveTopic({ name, labels }: TopicConfig): Promise<void> {
    const insert = this.#connection.command('INSERT OR REPLACE INTO bus_topics (name, labels) VALUES (?, ?)');
    await this.#queue.run(() => insert.run([name, JSON.stringify(labels)]));
  }

  async removeTopic(name: string): Promise<void> {
    const remove = this.#connection.command('DELETE FROM bus_topics WHERE name = ?');
    await this.#queue.run(() => remove.run([name]));
  }

  async saveSubscription(config: SubscriptionConfig): Promise<void> {
    const { name } = config;
    const update = this.#connection.command('UPDATE bus_subscriptions SET config = ? WHERE name = ?');
    const insert = this.#connection.query<[number]>(
      'INSERT INTO bus_subscriptions (config, name) VALUES (?, ?) RETURNING number',
    );
    const values = [JSON.stringify(config), name];
    const known = this.#numbers.get(name);
    const number = await this.#queue.run(() => {
      if (known === undefined) return insert.first(values)?.[0] ?? 0;
      update.run(values);
      return known;
    });
    this.#numbers.set(name, number);
  }

  /**
   * Deletes the subscription. From the call on it has no number, so that notes and messages for it are ignored.
   *
   * @param removeBacklog deletes its messages in the same transaction
   */
  async removeSubscription(name: string, removeBacklog: () => void): Promise<void> {
    const number = this.#numbers.get(name) ?? 0;
    this.#numbers.delete(name);
    const remove = this.#connection.command('DELETE FROM bus_subscriptions WHERE number = ?');
    await this.#queue.run(() => {
      removeBacklog();
      remove.run([number]);
    });
  }
}
