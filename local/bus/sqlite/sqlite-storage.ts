import type { CommitQueue } from '../../sqlite/commit-queue.ts';
import type { Command, Connection, Query } from '../../sqlite/connection.ts';
import { DeferredRows } from '../../sqlite/deferred-rows.ts';
import { type RowValues, rowInserts, rowRemovals } from '../../sqlite/row-batches.ts';
import type { BusMessage } from '../message.ts';
import type { BacklogReader, BusStorage, NewMessage, StoredBus, StoredMessage } from '../storage.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import type { TopicConfig } from '../topic-config.ts';
import { createBusTables } from './sqlite-schema.ts';

/** The largest number of messages that a subscription has in memory. Further ones are read when they can be delivered. */
const WINDOW = { messages: 5_000, bytes: 32_000_000 };

/** How long a write that no caller waits for may wait to join another commit, in milliseconds. */
const LAG = 5;

/** The range of message ids of one start of the bus. Each start gets a new range, so that no id is used twice. */
const IDS_PER_START = 2 ** 32;

/** A note: a message is done, or its number of deliveries. */
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

/** The bus on disk, in a database and a commit queue that it may share with the store. */
export class SqliteStorage implements BusStorage {
  readonly #connection: Connection;
  readonly #queue: CommitQueue;
  /** The numbers of the subscriptions, which the backlog contains instead of their names. */
  readonly #numbers = new Map<string, number>();
  readonly #inserts: DeferredRows;
  readonly #delete: (keys: readonly RowValues[]) => void;
  readonly #setAttempts: Command;
  readonly #select: Query<Row>;
  /** Notes that are not in a transaction yet. */
  readonly #notes: Note[] = [];
  /** The number of all notes, of committed notes, and of notes that are known to be on disk. */
  #noted = 0;
  #written = 0;
  #durablyWritten = 0;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The last message that is known to be on disk. Later messages are not read, because a crash could undo them. */
  #lastDurableId = 0;

  constructor(connection: Connection, queue: CommitQueue) {
    createBusTables(connection);
    this.#connection = connection;
    this.#queue = queue;
    const columns = ['subscription', 'id', 'publish_time', 'ordering_key', 'attributes', 'data'];
    this.#inserts = new DeferredRows(rowInserts(connection, 'INSERT INTO bus_backlog', columns));
    queue.join(this.#inserts);
    this.#delete = rowRemovals(connection, 'bus_backlog', ['subscription', 'id']);
    this.#setAttempts = connection.command(
      'UPDATE bus_backlog SET attempts = ? WHERE subscription = ? AND id = ?',
    );
    this.#select = connection.query<Row>(
      `SELECT id, publish_time, attempts, ordering_key, attributes, data FROM bus_backlog
       WHERE subscription = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?`,
    );
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
    const insert = this.#connection.command('INSERT INTO bus_subscriptions (config, name) VALUES (?, ?)');
    const values = [JSON.stringify(config), name];
    const known = this.#numbers.get(name);
    const number = await this.#queue.run(() => {
      if (known === undefined) return insert.run(values).id;
      update.run(values);
      return known;
    });
    this.#numbers.set(name, number);
  }

  async removeSubscription(name: string): Promise<void> {
    const number = this.#numbers.get(name) ?? 0;
    // From here on, notes and messages for this subscription are dropped.
    this.#numbers.delete(name);
    const removeMessages = this.#connection.command('DELETE FROM bus_backlog WHERE subscription = ?');
    const remove = this.#connection.command('DELETE FROM bus_subscriptions WHERE number = ?');
    await this.#queue.run(() => {
      // Messages that were published in the same transaction have to be written first, so that they are deleted too.
      this.#inserts.end();
      removeMessages.run([number]);
      remove.run([number]);
    });
  }

  backlog(subscription: string): BacklogReader {
    const number = this.#numbers.get(subscription) ?? 0;
    return {
      keeps: true,
      window: WINDOW,
      read: (after, limit) =>
        this.#select.all([number, after, this.#lastDurableId, limit]).map(storedMessage),
    };
  }

  async append(messages: readonly NewMessage[]): Promise<void> {
    // Notes get a commit of their own only if no other commit is waiting.
    if (this.#notes.length > 0) void this.#writeNotes().catch(keepForNextTime);
    const rows: RowValues[] = [];
    for (const { subscription, message } of messages) {
      const number = this.#numbers.get(subscription.name);
      if (number !== undefined) rows.push(rowOf(number, message));
    }
    await this.#queue.run(() => {
      for (const row of rows) this.#inserts.add(row);
    });
    const last = messages.at(-1)?.message.id ?? 0;
    if (last > this.#lastDurableId) this.#lastDurableId = last;
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
      // Messages that were published in the same transaction have to be written first, so that they are deleted too.
      this.#inserts.end();
      remove.run([number, publishTime]);
    });
  }

  async flush(): Promise<void> {
    // Not until no note is left: other calls could add notes forever.
    const mine = this.#noted;
    while (this.#durablyWritten < mine) {
      const writing = this.#written < mine ? this.#writeNotes() : undefined;
      // The removal is in the same transaction as the notes, or in a later one.
      await Promise.all([writing, this.#queue.run(() => undefined)]);
      if (this.#written >= mine) this.#durablyWritten = Math.max(this.#durablyWritten, mine);
    }
  }

  /** The owner of the database closes it. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  #note(name: string, id: number, attempts: number | undefined): void {
    const subscription = this.#numbers.get(name);
    if (subscription === undefined) return;
    this.#noted++;
    if (this.#notes.push({ subscription, id, attempts }) > 1) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#writeNotes().catch(keepForNextTime), LAG);
  }

  /** Notes are kept until they are committed. Notes that arrive while a commit is awaited join it. */
  #writeNotes(): Promise<void> {
    this.#writing ??= this.#queue
      .runRepeatable(() => {
        const done: RowValues[] = [];
        for (const { subscription, id, attempts } of this.#notes) {
          if (attempts === undefined) done.push([subscription, id]);
          else this.#setAttempts.run([attempts, subscription, id]);
        }
        this.#delete(done);
        return this.#notes.length;
      })
      .then((written) => {
        this.#notes.splice(0, written);
        this.#written += written;
      })
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }
}

function rowOf(
  subscription: number,
  { id, publishTime, orderingKey, attributes, data }: BusMessage,
): RowValues {
  return [subscription, id, publishTime, orderingKey, encode(attributes), data];
}

/**
 * Notes that are not written now are written with the next commit. After a crash before that, the messages are delivered
 * again.
 */
function keepForNextTime(): void {}

function encode(attributes: BusMessage['attributes']): string {
  for (const _ in attributes) return JSON.stringify(attributes);
  return '';
}

function storedMessage([id, publishTime, attempts, orderingKey, json, bytes]: Row): StoredMessage {
  const attributes = json === '' ? {} : (JSON.parse(json) as BusMessage['attributes']);
  // For rows as arrays, the library returns an ArrayBuffer.
  const data = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
  return { message: { id, publishTime, data, attributes, orderingKey }, attempts };
}
