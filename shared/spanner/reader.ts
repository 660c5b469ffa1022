import type { Database, Transaction } from '@google-cloud/spanner';
import { CALL, type CallOptions } from './call.ts';
import type { Row } from './cells.ts';
import type { Tables } from './tables.ts';

/** The rows of one table or index, by keys or key ranges; without both, none. */
export interface ReadRequest {
  readonly columns: readonly string[];
  readonly index?: string;
  readonly keys?: readonly (readonly string[])[];
  readonly ranges?: readonly KeyRange[];
  readonly limit?: number;
}

export type Key = readonly (string | number | boolean | Date)[];

/** From one key, or the keys that begin with it, to another. */
export interface KeyRange {
  readonly startClosed?: Key;
  readonly startOpen?: Key;
  readonly endClosed?: Key;
  readonly endOpen?: Key;
}

/** Reads rows: in a transaction, where it locks what it read and what was absent, or by itself. */
export interface Reader {
  readonly tables: Tables;
  read(table: string, request: ReadRequest): Promise<readonly Row[]>;
  /** For what a read can't do: to aggregate on the server. */
  query(query: Query): Promise<readonly Row[]>;
}

export interface Query {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number | Date | string[]>>;
}

/** The range of all keys that begin with this one. */
export function prefix(key: Key): KeyRange {
  return { startClosed: key, endClosed: key };
}

/** The same from behind the key that goes on with `after`. */
export function prefixAfter(key: Key, after: string | undefined): KeyRange {
  return after === undefined ? prefix(key) : { startOpen: [...key, after], endClosed: key };
}

export function transactionReader(transaction: Transaction, tables: Tables, call: CallOptions): Reader {
  return {
    tables,
    async read(table, request) {
      const [rows] = await transaction.read(table, argument(request, call));
      return rows as readonly Row[];
    },
    async query(query) {
      const [rows] = await transaction.run({ ...query, gaxOptions: call });
      return rows as readonly Row[];
    },
  };
}

/** Each read by itself, strong: it sees all that was committed before. */
export function databaseReader(database: Database, tables: Tables): Reader {
  return {
    tables,
    async read(table, request) {
      const [rows] = await database.table(table).read(argument(request, CALL));
      return rows as readonly Row[];
    },
    async query(query) {
      const [rows] = await database.run({ ...query, gaxOptions: CALL });
      return rows as readonly Row[];
    },
  };
}

/** The client library types its arguments as its own to change. */
function argument({ columns, index, keys, ranges, limit }: ReadRequest, gaxOptions: CallOptions) {
  return {
    columns: [...columns],
    ...(index !== undefined && { index }),
    ...(keys && { keys: keys.map((key) => [...key]) }),
    ...(ranges && { ranges: ranges.map(mutable) }),
    ...(limit !== undefined && { limit }),
    gaxOptions,
  };
}

function mutable(range: KeyRange): { [K in keyof KeyRange]: Key[number][] } {
  return Object.fromEntries(Object.entries(range).map(([bound, key]) => [bound, [...key]]));
}
