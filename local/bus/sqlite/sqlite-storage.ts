import type { CommitQueue } from '../../sqlite/commit-queue.ts';
import type { Command, Connection, Query } from '../../sqlite/connection.ts';
import type { Participant } from '../../sqlite/participant.ts';
import { type RowValues, rowRemovals } from '../../sqlite/row-batches.ts';
import type { BusMessage } from '../message.ts';
import type { BacklogReader, BusStorage, NewMessage, StoredBus, StoredMessage } from '../storage.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import type { TopicConfig } from '../topic-config.ts';
import { DeferredMessages } from './deferred-messages.ts';
import { createBusTables } from './sqlite-schema.ts';

/**
 * The largest number of messages that a subscription has in memory. Further ones are read when they can be delivered. Later ones would
 * wait longer than a transaction takes, so they would be written in any case.
 */
const WINDOW = { messages: 1_000, bytes: 32_000_000 };

/** How long a note may wait to join another commit, in milliseconds. */
const LAG = 5;

/** The range of message ids of one start of the bus. Each start gets a new range, so that no id is used twice. */
const IDS_PER_START = 2 ** 32;

/** The removal of a message, or its number of attempts. Notes are written with the next commit, because no caller waits for them. */
interface Note {
  readonly subscription: number;
  readonly id: number;
  readonly attempts: number | undefined;
}

type Row = [
  id: number,
  publishTime: number,
  attempts: number,
  orderingKey: string,
  attributes: string,
  data: Uint8Array,
];

/** The messages of one transaction that runs ahead of the disk. */
interface Group {
  lastId: number;
  readonly durable: Promise<void>;
  /** Resolves when `durableId` covers all messages of the group. */
  readonly appended: Promise<void>;
}

/** The messages of all `append` calls of one transaction. They are one task of the commit queue, and share one promise. */
class Appending {
  readonly messages: NewMessage[] = [];
  appended: Promise<void> = Promise.resolve();

  add(messages: readonly NewMessage[]): void {
    for (const message of messages) this.messages.push(message);
  }
}

/** The bus on disk, in a database and a commit queue that it may share with the store. */
export class SqliteStorage implements BusStorage {
  readonly #connection: Connection;
  readonly #queue: CommitQueue;
  /** The numbers of the subscriptions, which the backlog contains instead of their names. */
  readonly #numbers = new Map<string, number>();
  readonly #messages: DeferredMessages;
  readonly #delete: (keys: readonly RowValues[]) => void;
  readonly #setAttempts: Command;
  readonly #select: Query<Row>;
  readonly #selectDurable: Query<Row>;
  /** The notes that are not committed yet. */
  readonly #notes: Note[] = [];
  /** The notes of the last commit, which may be under way. */
  #committed: Note[] = [];
  /** The number of notes that are written in the open transaction. */
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #group: Group | undefined;
  /** What further calls of `append` join. undefined if no transaction is open, or none of its tasks appends. */
  #appending: Appending | undefined;
  #lastDurableId = 0;

  constructor(connection: Connection, queue: CommitQueue) {
    createBusTables(connection);
    this.#connection = connection;
    this.#queue = queue;
    this.#messages = new DeferredMessages(connection);
    this.#delete = rowRemovals(connection, 'bus_backlog', ['subscription', 'id']);
    this.#setAttempts = connection.command(
      'UPDATE bus_backlog SET attempts = ? WHERE subscription = ? AND id = ?',
    );
    const rows = `SELECT id, publish_time, attempts, ordering_key, attributes, data FROM bus_backlog
       WHERE subscription = ? AND id > ?`;
    this.#select = connection.query<Row>(`${rows} ORDER BY id LIMIT ?`);
    this.#selectDurable = connection.query<Row>(`${rows} AND id <= ? ORDER BY id LIMIT ?`);
    queue.join(this.#participant());
  }

  get durableId(): number {
    return this.#lastDurableId;
  }

  load(): StoredBus {
    const connection = this.#connection;
    connection.execute('UPDATE bus_starts SET count = count + 1');
    const starts = connection.query<[number]>('SELECT count FROM bus_starts').first([])?.[0] ?? 1;
    const topics = connection.query<[string, string]>('SELECT name, labels FROM bus_topics').all([]);
    const subscriptions = connection
      .query<[number, string, string]>('SELECT number, name, config FROM bus_subscriptions')
      .all([]);
    for (const [number, name] of subscriptions) this.#numbers.set(name, number);
    // What earlier starts wrote was synchronized when the database was opened.
    this.#lastDurableId = (starts - 1) * IDS_PER_START;
    return {
      topics: topics.map(([name, labels]) => ({ name, labels: JSON.parse(labels) as TopicConfig['labels'] })),
      subscriptions: subscriptions.map(([, , config]) => JSON.parse(config) as SubscriptionConfig),
      lastId: this.#lastDurableId,
    };
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

  async removeSubscription(name: string): Promise<void> {
    const number = this.#numbers.get(name) ?? 0;
    // From here on, notes and messages for this subscription are ignored.
    this.#numbers.delete(name);
    const removeMessages = this.#connection.command('DELETE FROM bus_backlog WHERE subscription = ?');
    const remove = this.#connection.command('DELETE FROM bus_subscriptions WHERE number = ?');
    await this.#queue.run(() => {
      // Writes the deferred messages, so that they are removed too.
      this.#messages.write();
      removeMessages.run([number]);
      remove.run([number]);
    });
    this.#messages.removeAll(number);
  }

  backlog(subscription: string): BacklogReader {
    const number = this.#numbers.get(subscription) ?? 0;
    return {
      keeps: true,
      window: WINDOW,
      read: (after, limit) => this.#read(number, after, limit).map(storedMessage),
    };
  }

  /**
   * Messages that are durable are read without waiting for the transactions under way: those insert only messages with greater ids, and
   * remove messages that the backlog has read before, or that a `seek` has acknowledged, which are not delivered.
   */
  #read(subscription: number, after: number, limit: number): readonly Row[] {
    const durable = this.#selectDurable.allSettled([subscription, after, this.#lastDurableId, limit]);
    if (durable.length === limit) return durable;
    this.#messages.write();
    return this.#select.all([subscription, after, limit]);
  }

  append(messages: readonly NewMessage[]): Promise<void> {
    const joined = this.#appending;
    if (joined) {
      joined.add(messages);
      this.#defer(messages);
      return joined.appended;
    }
    const begun = new Appending();
    begun.add(messages);
    const stored = this.#queue.runAtOnce(() => {
      this.#appending = begun;
      this.#defer(begun.messages);
    });
    begun.appended = stored.then(() => this.#areDurable(begun.messages.at(-1)?.message.id ?? 0));
    return begun.appended;
  }

  appendAhead(messages: readonly NewMessage[]): Promise<void> {
    try {
      this.#queue.runAhead(this.#queue.lead, () => this.#defer(messages));
      return this.#appended(messages.at(-1)?.message.id ?? 0, this.#queue.durable());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** All messages of one transaction share one promise, because a transaction has many messages. */
  #appended(lastId: number, durable: Promise<void> | undefined): Promise<void> {
    if (!durable) {
      this.#areDurable(lastId);
      return Promise.resolve();
    }
    const group = this.#group;
    if (group?.durable === durable) {
      group.lastId = lastId;
      return group.appended;
    }
    const begun: Group = { lastId, durable, appended: durable.then(() => this.#areDurable(begun.lastId)) };
    this.#group = begun;
    return begun.appended;
  }

  /** Messages become durable in the order of their ids. */
  #areDurable(lastId: number): void {
    if (lastId > this.#lastDurableId) this.#lastDurableId = lastId;
  }

  /** Defers the messages to the end of the open transaction. */
  #defer(messages: readonly NewMessage[]): void {
    this.#connection.noteWrite();
    for (const { subscription, message } of messages) {
      const number = this.#numbers.get(subscription.name);
      if (number !== undefined) this.#messages.add(number, message);
    }
  }

  remove(subscription: string, id: number): void {
    this.#note(subscription, id, undefined);
  }

  noteAttempts(subscription: string, id: number, attempts: number): void {
    this.#note(subscription, id, attempts);
  }

  async removeBefore(subscription: string, publishTime: number): Promise<void> {
    const number = this.#numbers.get(subscription);
    if (number === undefined) return;
    const remove = this.#connection.command(
      'DELETE FROM bus_backlog WHERE subscription = ? AND publish_time < ?',
    );
    await this.#queue.run(() => {
      // Writes the deferred messages, so that they are removed too.
      this.#messages.write();
      remove.run([number, publishTime]);
    });
  }

  async flush(): Promise<void> {
    // The transaction of this empty task writes the notes at its end.
    await this.#queue.run(() => undefined);
  }

  /** The owner of the database closes it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush().catch(keepForNextTime);
  }

  #note(name: string, id: number, attempts: number | undefined): void {
    const subscription = this.#numbers.get(name);
    if (subscription === undefined) return;
    if (attempts === undefined && this.#messages.remove(subscription, id)) return;
    if (this.#notes.push({ subscription, id, attempts }) > 1) return;
    // Another commit usually writes the notes. Only if none comes, the timer causes one.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#notes.length > 0) void this.#queue.runRepeatable(() => undefined).catch(keepForNextTime);
    }, LAG);
  }

  #participant(): Participant {
    return {
      end: () => {
        this.#appending = undefined;
        this.#messages.write();
        this.#writeNotes();
      },
      committed: () => {
        this.#committed = this.#notes.splice(0, this.#written);
        this.#written = 0;
      },
      rolledBack: (ranAhead) => {
        this.#appending = undefined;
        this.#messages.clear();
        // The notes may follow from the tasks that were rolled back.
        if (ranAhead) this.#notes.length = 0;
        // The commit before may have been under way. To write notes twice does no harm.
        else this.#notes.unshift(...this.#committed);
        this.#committed = [];
        this.#written = 0;
      },
    };
  }

  /** Notes stay until they are committed. */
  #writeNotes(): void {
    if (this.#written === this.#notes.length) return;
    const done: RowValues[] = [];
    for (const { subscription, id, attempts } of this.#notes.slice(this.#written)) {
      if (attempts === undefined) done.push([subscription, id]);
      else this.#setAttempts.run([attempts, subscription, id]);
    }
    this.#delete(done);
    this.#written = this.#notes.length;
  }
}

/**
 * Notes that are not written now are written with the next commit. After a crash before that, the messages are delivered
 * again.
 */
function keepForNextTime(): void {}

function storedMessage([id, publishTime, attempts, orderingKey, json, bytes]: Row): StoredMessage {
  const attributes = json === '' ? {} : (JSON.parse(json) as BusMessage['attributes']);
  // For rows as arrays, the library returns an ArrayBuffer.
  const data = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
  return { message: { id, publishTime, data, attributes, orderingKey }, attempts };
}
