import type { Connection } from '../../sqlite/connection.ts';
import { type RowValues, rowInserts } from '../../sqlite/row-batches.ts';
import type { BusMessage } from '../message.ts';

const COLUMNS = ['subscription', 'id', 'publish_time', 'ordering_key', 'attributes', 'data'];

/**
 * The messages of the open transaction, by subscription and id. They are deferred to its end, and a message that is removed before is
 * never written. Rows are made only then, because until then each row would be one more object of a message.
 */
export class DeferredMessages {
  readonly #messages = new Map<number, Map<number, BusMessage>>();
  readonly #insert: (rows: readonly RowValues[]) => void;

  constructor(connection: Connection) {
    this.#insert = rowInserts(connection, 'INSERT INTO bus_backlog', COLUMNS);
  }

  add(subscription: number, message: BusMessage): void {
    let messages = this.#messages.get(subscription);
    if (!messages) {
      messages = new Map();
      this.#messages.set(subscription, messages);
    }
    messages.set(message.id, message);
  }

  /** Returns whether the message was deferred. */
  remove(subscription: number, id: number): boolean {
    return this.#messages.get(subscription)?.delete(id) ?? false;
  }

  removeAll(subscription: number): void {
    this.#messages.delete(subscription);
  }

  /** If this throws, some messages may be written; all of them stay deferred, so that the commit fails too. */
  write(): void {
    for (const [subscription, messages] of this.#messages) {
      if (messages.size === 0) continue;
      this.#insert(Array.from(messages.values(), (message) => rowOf(subscription, message)));
      messages.clear();
    }
  }

  clear(): void {
    for (const messages of this.#messages.values()) messages.clear();
  }
}

function rowOf(
  subscription: number,
  { id, publishTime, orderingKey, attributes, data }: BusMessage,
): RowValues {
  return [subscription, id, publishTime, orderingKey, encode(attributes), data];
}

function encode(attributes: BusMessage['attributes']): string {
  for (const _ in attributes) return JSON.stringify(attributes);
  return '';
}
