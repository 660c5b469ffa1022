import type { Database, Statement } from 'libsql';
import { Failure } from '../../../shared/orchestrator/failure.ts';
import type { BusMessage } from '../message.ts';
import type { BacklogReader, BusStorage, NewMessage, StoredBus, StoredMessage } from '../storage.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import { createBusTables } from './sqlite-schema.ts';

/** Runs work in a transaction that it shares with others; resolves once that is on disk. */
export interface CommitQueue {
  run<T>(work: () => T): Promise<T>;
}

/** What a subscription has in memory at most: what is beyond it is read when its turn comes. */
const WINDOW = { messages: 5_000, bytes: 32_000_000 };

/** How long what nobody waits for may wait for a commit to come along with, in milliseconds. */
const LAG = 5;

/** Each start of the bus has a range of message ids of its own, so that no id is ever given twice. */
const IDS_PER_START = 2 ** 32;

/** A message that is done with, or how often one that is not was delivered. */
interface Note {
  readonly subscription: number;
  readonly id: number;
  readonly attempts: number | undefined;
}

interface Row {
  readonly id: number;
  readonly publish_time: number;
  readonly attempts: number;
  readonly ordering_key: string;
  readonly attributes: string;
  /** An ArrayBuffer from some of the library's calls, a Buffer from others. */
  readonly data: Uint8Array | ArrayBuffer;
}

/** The bus on disk, in a database and a queue of commits that it may share with the store. */
export class SqliteStorage implements BusStorage {
  readonly #database: Database;
  readonly #commits: CommitQueue;
  /** The subscriptions' numbers, which stand for their names in the backlog. */
  readonly #numbers = new Map<string, number>();
  readonly #insert: Statement;
  readonly #delete: Statement;
  readonly #select: Statement;
  readonly #setAttempts: Statement;
  /** Noted, and not yet in a transaction. */
  readonly #notes: Note[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, commits: CommitQueue) {
    createBusTables(database);
    this.#database = database;
    this.#commits = commits;
    this.#insert = database.prepare(
      `INSERT INTO bus_backlog (subscription, id, publish_time, ordering_key, attributes, data)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = database.prepare('DELETE FROM bus_backlog WHERE subscription = ? AND id = ?');
    this.#select = database.prepare(
      `SELECT id, publish_time, attempts, ordering_key, attributes, data FROM bus_backlog
       WHERE subscription = ? AND id > ? ORDER BY id LIMIT ?`,
    );
    this.#setAttempts = database.prepare(
      'UPDATE bus_backlog SET attempts = ? WHERE subscription = ? AND id = ?',
    );
  }

  load(): StoredBus {
    this.#database.exec('UPDATE bus_starts SET count = count + 1');
    const { count } = this.#database.prepare('SELECT count FROM bus_starts').get() as { count: number };
    const topics = this.#database.prepare('SELECT name FROM bus_topics').all() as { name: string }[];
    const rows = this.#database.prepare('SELECT number, name, config FROM bus_subscriptions').all() as {
      number: number;
      name: string;
      config: string;
    }[];
    for (const { name, number } of rows) this.#numbers.set(name, number);
    return {
      topics: topics.map(({ name }) => name),
      subscriptions: rows.map(({ config }) => JSON.parse(config) as SubscriptionConfig),
      lastId: (count - 1) * IDS_PER_START,
    };
  }

  async addTopic(name: string): Promise<void> {
    const insert = this.#database.prepare('INSERT INTO bus_topics (name) VALUES (?)');
    await this.#commits.run(() => insert.run(name));
  }

  async removeTopic(name: string): Promise<void> {
    const remove = this.#database.prepare('DELETE FROM bus_topics WHERE name = ?');
    await this.#commits.run(() => remove.run(name));
  }

  async saveSubscription(config: SubscriptionConfig): Promise<void> {
    const save = this.#database.prepare(
      `INSERT INTO bus_subscriptions (name, config) VALUES (?1, ?2)
       ON CONFLICT (name) DO UPDATE SET config = ?2`,
    );
    const find = this.#database.prepare('SELECT number FROM bus_subscriptions WHERE name = ?');
    const { number } = await this.#commits.run(() => {
      save.run(config.name, JSON.stringify(config));
      return find.get(config.name) as { number: number };
    });
    this.#numbers.set(config.name, number);
  }

  async removeSubscription(name: string): Promise<void> {
    const number = this.#number(name);
    const removeMessages = this.#database.prepare('DELETE FROM bus_backlog WHERE subscription = ?');
    const remove = this.#database.prepare('DELETE FROM bus_subscriptions WHERE number = ?');
    await this.#commits.run(() => {
      removeMessages.run(number);
      remove.run(number);
    });
  }

  backlog(subscription: string): BacklogReader {
    const number = this.#number(subscription);
    return {
      window: WINDOW,
      read: (after, limit) => (this.#select.all(number, after, limit) as Row[]).map(storedMessage),
    };
  }

  async append(messages: readonly NewMessage[]): Promise<void> {
    // Never a commit for the notes alone while there is one to come along with.
    if (this.#notes.length > 0) void this.#writeNotes().catch(keepForNextTime);
    await this.#commits.run(() => {
      for (const { subscription, message } of messages) this.#insertMessage(subscription.name, message);
    });
  }

  remove(subscription: string, id: number): void {
    this.#note({ subscription: this.#number(subscription), id, attempts: undefined });
  }

  noteAttempts(subscription: string, id: number, attempts: number): void {
    this.#note({ subscription: this.#number(subscription), id, attempts });
  }

  async flush(): Promise<void> {
    while (this.#notes.length > 0) await this.#writeNotes();
  }

  /** The database is its owner's to close. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  #note(note: Note): void {
    if (this.#notes.push(note) > 1) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#writeNotes().catch(keepForNextTime), LAG);
  }

  /** Notes stay until they are committed; those that come while the commit is awaited go along. */
  #writeNotes(): Promise<void> {
    this.#writing ??= this.#commits
      .run(() => {
        for (const { subscription, id, attempts } of this.#notes) {
          if (attempts === undefined) this.#delete.run(subscription, id);
          else this.#setAttempts.run(attempts, subscription, id);
        }
        return this.#notes.length;
      })
      .then((written) => void this.#notes.splice(0, written))
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  #insertMessage(subscription: string, message: BusMessage): void {
    const { id, publishTime, orderingKey, attributes, data } = message;
    this.#insert.run(this.#number(subscription), id, publishTime, orderingKey, encode(attributes), data);
  }

  #number(subscription: string): number {
    const number = this.#numbers.get(subscription);
    if (number === undefined) throw new Failure('notFound', `Subscription does not exist: ${subscription}`);
    return number;
  }
}

/** What is not written now is written with the next commit, and until then a crash delivers it again. */
function keepForNextTime(): void {}

function encode(attributes: BusMessage['attributes']): string {
  for (const _ in attributes) return JSON.stringify(attributes);
  return '';
}

function storedMessage(row: Row): StoredMessage {
  const { id, publish_time: publishTime, attempts, ordering_key: orderingKey } = row;
  const data = ArrayBuffer.isView(row.data) ? row.data : new Uint8Array(row.data);
  const attributes = row.attributes === '' ? {} : (JSON.parse(row.attributes) as BusMessage['attributes']);
  return { message: { id, publishTime, data, attributes, orderingKey }, attempts };
}
