import type { CommitQueue } from '../../sqlite/commit-queue.ts';
import type { Connection } from '../../sqlite/connection.ts';
import type { BacklogReader, BusStorage, NewMessage, StoredBus, StoredMessage } from '../storage.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import type { TopicConfig } from '../topic-config.ts';
import { Appends } from './appends.ts';
import { BacklogTable } from './backlog-table.ts';
import { DeferredMessages } from './deferred-messages.ts';
import { Notes } from './notes.ts';
import { createBusTables } from './sqlite-schema.ts';
import { TopologyTables } from './topology-tables.ts';

/**
 * The largest number of messages that a subscription has in memory. Further ones are read when they can be delivered. Later ones would
 * wait longer than a transaction takes, so they would be written in any case.
 */
const WINDOW = { messages: 1_000, bytes: 32_000_000 };

/** The range of message ids of one start of the bus. Each start gets a new range, so that no id is used twice. */
const IDS_PER_START = 2 ** 32;

/**
 * The bus on disk, in a database and a commit queue that it may share with the store.
 *
 *   append ──▶ deferred ──the transaction ends──▶ backlog table
 *                 │ remove                           │ remove
 *                 ▼                                  ▼
 *           never written                          note ──next commit──▶ deleted
 */
export class SqliteStorage implements BusStorage {
  readonly #connection: Connection;
  readonly #topology: TopologyTables;
  readonly #backlog: BacklogTable;
  readonly #deferred: DeferredMessages;
  readonly #notes: Notes;
  readonly #appends: Appends;
  readonly #queue: CommitQueue;

  constructor(connection: Connection, queue: CommitQueue) {
    createBusTables(connection);
    this.#connection = connection;
    this.#queue = queue;
    this.#topology = new TopologyTables(connection, queue);
    this.#backlog = new BacklogTable(connection);
    this.#deferred = new DeferredMessages(connection);
    this.#notes = new Notes(this.#backlog, queue);
    this.#appends = new Appends(queue, (messages) => this.#defer(messages));
    queue.join({
      end: () => {
        this.#appends.end();
        this.#deferred.write();
        this.#notes.write();
      },
      committed: () => this.#notes.committed(),
      rolledBack: (ranAhead) => {
        this.#appends.end();
        this.#deferred.clear();
        this.#notes.rolledBack(ranAhead);
      },
    });
  }

  get durableId(): number {
    return this.#appends.durableId;
  }

  load(): StoredBus {
    const connection = this.#connection;
    connection.execute('UPDATE bus_starts SET count = count + 1');
    const starts = connection.query<[number]>('SELECT count FROM bus_starts').first([])?.[0] ?? 1;
    const lastId = (starts - 1) * IDS_PER_START;
    // What earlier starts wrote was synchronized when the database was opened.
    this.#appends.areDurable(lastId);
    return { topics: this.#topology.topics(), subscriptions: this.#topology.subscriptions(), lastId };
  }

  saveTopic(config: TopicConfig): Promise<void> {
    return this.#topology.saveTopic(config);
  }

  removeTopic(name: string): Promise<void> {
    return this.#topology.removeTopic(name);
  }

  saveSubscription(config: SubscriptionConfig): Promise<void> {
    return this.#topology.saveSubscription(config);
  }

  async removeSubscription(name: string): Promise<void> {
    const number = this.#topology.numberOf(name) ?? 0;
    await this.#topology.removeSubscription(name, () => {
      // Writes the deferred messages, so that they are removed too.
      this.#deferred.write();
      this.#backlog.deleteAll(number);
    });
    this.#deferred.removeAll(number);
  }

  backlog(subscription: string): BacklogReader {
    const number = this.#topology.numberOf(subscription) ?? 0;
    return { keeps: true, window: WINDOW, read: (after, limit) => this.#read(number, after, limit) };
  }

  /**
   * Messages that are durable are read without waiting for the transactions under way: those insert only messages with greater ids, and
   * remove messages that the backlog has read before, or that a `seek` has acknowledged, which are not delivered.
   */
  #read(subscription: number, after: number, limit: number): readonly StoredMessage[] {
    const durable = this.#backlog.readSettled(subscription, after, limit, this.durableId);
    if (durable) return durable;
    this.#deferred.write();
    return this.#backlog.read(subscription, after, limit);
  }

  append(messages: readonly NewMessage[]): Promise<void> {
    return this.#appends.append(messages);
  }

  appendAhead(messages: readonly NewMessage[]): Promise<void> {
    return this.#appends.appendAhead(messages);
  }

  /** Defers the messages to the end of the open transaction. */
  #defer(messages: readonly NewMessage[]): void {
    this.#connection.noteWrite();
    for (const { subscription, message } of messages) {
      const number = this.#topology.numberOf(subscription.name);
      if (number !== undefined) this.#deferred.add(number, message);
    }
  }

  remove(name: string, id: number): void {
    const subscription = this.#topology.numberOf(name);
    if (subscription === undefined || this.#deferred.remove(subscription, id)) return;
    this.#notes.add({ subscription, id, attempts: undefined });
  }

  noteAttempts(name: string, id: number, attempts: number): void {
    const subscription = this.#topology.numberOf(name);
    if (subscription !== undefined) this.#notes.add({ subscription, id, attempts });
  }

  async removeBefore(subscription: string, publishTime: number): Promise<void> {
    const number = this.#topology.numberOf(subscription);
    if (number === undefined) return;
    await this.#queue.run(() => {
      // Writes the deferred messages, so that they are removed too.
      this.#deferred.write();
      this.#backlog.deleteBefore(number, publishTime);
    });
  }

  flush(): Promise<void> {
    return this.#notes.flush();
  }

  /** The owner of the database closes it. */
  close(): Promise<void> {
    return this.#notes.close();
  }
}
