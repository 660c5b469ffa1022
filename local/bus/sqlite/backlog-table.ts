import type { Command, Connection, Query } from '../../sqlite/connection.ts';
import { type RowValues, rowRemovals } from '../../sqlite/row-batches.ts';
import type { BusMessage } from '../message.ts';
import type { StoredMessage } from '../storage.ts';

type Row = [
  id: number,
  publishTime: number,
  attempts: number,
  orderingKey: string,
  attributes: string,
  data: Uint8Array,
];

/** The written rows of the table `bus_backlog`: the unacknowledged messages of each subscription, by its number and their ids. */
export class BacklogTable {
  readonly #select: Query<Row>;
  readonly #selectSettled: Query<Row>;
  readonly #delete: (keys: readonly RowValues[]) => void;
  readonly #deleteAll: Command;
  readonly #deleteBefore: Command;
  readonly #setAttempts: Command;

  constructor(connection: Connection) {
    this.#delete = rowRemovals(connection, 'bus_backlog', ['subscription', 'id']);
    this.#deleteAll = connection.command('DELETE FROM bus_backlog WHERE subscription = ?');
    this.#deleteBefore = connection.command(
      'DELETE FROM bus_backlog WHERE subscription = ? AND publish_time < ?',
    );
    this.#setAttempts = connection.command(
      'UPDATE bus_backlog SET attempts = ? WHERE subscription = ? AND id = ?',
    );
    const rows = `SELECT id, publish_time, attempts, ordering_key, attributes, data FROM bus_backlog
       WHERE subscription = ? AND id > ?`;
    this.#select = connection.query<Row>(`${rows} ORDER BY id LIMIT ?`);
    this.#selectSettled = connection.query<Row>(`${rows} AND id <= ? ORDER BY id LIMIT ?`);
  }

  /** Up to `limit` messages with an id above `after`, in the order of their ids. Waits for the transactions under way. */
  read(subscription: number, after: number, limit: number): StoredMessage[] {
    return this.#select.all([subscription, after, limit]).map(storedMessage);
  }

  /**
   * Like `read`, without waiting for the transactions under way. Returns undefined unless `limit` messages have an id of at most
   * `lastId`, up to which these transactions insert nothing.
   */
  readSettled(
    subscription: number,
    after: number,
    limit: number,
    lastId: number,
  ): StoredMessage[] | undefined {
    const rows = this.#selectSettled.allSettled([subscription, after, lastId, limit]);
    return rows.length === limit ? rows.map(storedMessage) : undefined;
  }

  /** Deletes messages, each given as the number of its subscription and its id. */
  delete(keys: readonly RowValues[]): void {
    this.#delete(keys);
  }

  setAttempts(subscription: number, id: number, attempts: number): void {
    this.#setAttempts.run([attempts, subscription, id]);
  }

  deleteAll(subscription: number): void {
    this.#deleteAll.run([subscription]);
  }

  deleteBefore(subscription: number, publishTime: number): void {
    this.#deleteBefore.run([subscription, publishTime]);
  }
}

function storedMessage([id, publishTime, attempts, orderingKey, json, bytes]: Row): StoredMessage {
  const attributes = json === '' ? {} : (JSON.parse(json) as BusMessage['attributes']);
  // For rows as arrays, the library returns an ArrayBuffer.
  const data = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
  return { message: { id, publishTime, data, attributes, orderingKey }, attempts };
}
