import type { Session, Snapshot } from '@google-cloud/spanner';
import { CALL, type CallOptions, within } from './call.ts';
import type { Row } from './cells.ts';
import { type Connection, inOpenDatabase } from './connection.ts';
import type { Tables } from './tables.ts';

/** Selects rows of one table or index, by keys or key ranges. Without either, it selects none. */
export interface ReadRequest {
  readonly columns: readonly string[];
  readonly index?: string;
  readonly keys?: readonly Key[];
  readonly ranges?: readonly KeyRange[];
  readonly limit?: number;
}

export type Key = readonly (string | number | boolean | Date | null)[];

/** A range of keys. Its ends may be prefixes of keys. */
export interface KeyRange {
  readonly startClosed?: Key;
  readonly startOpen?: Key;
  readonly endClosed?: Key;
  readonly endOpen?: Key;
}

/**
 * Reads rows. In a transaction, it locks the rows and gaps that it reads. In a snapshot, all reads have one timestamp. Otherwise each
 * call has a timestamp of its own.
 */
export interface Reader {
  readonly tables: Tables;
  read(table: string, request: ReadRequest): Promise<readonly Row[]>;
  /** For what a read cannot do, such as aggregations. */
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

/** Like `prefix`, starting after the key that continues with `after`. */
export function prefixAfter(key: Key, after: string | undefined): KeyRange {
  return after === undefined ? prefix(key) : { startOpen: [...key, after], endClosed: key };
}

/**
 * A hint that lets the emulator use a null-filtered index. Cloud Spanner ignores the hint, and does not need it, because each such query
 * says that the column is not NULL.
 */
export const EMULATOR_HINT = '@{spanner_emulator.disable_query_null_filtered_index_check=true}';

export function transactionReader(transaction: Snapshot, tables: Tables, call: CallOptions): Reader {
  return {
    tables,
    read: (table, request) => readOf(transaction, table, request, call),
    query: (query) => queryOf(transaction, query, call),
  };
}

/**
 * Reads without a transaction: each read is one strong read, or with `maxAgeMs` a stale read of the nearest replica that is at most that
 * many milliseconds old. Each read has the time limit of call.ts.
 */
export function databaseReader(
  connection: Connection,
  tables: Tables,
  limitMs: number,
  maxAgeMs?: number,
): Reader {
  const bounds = maxAgeMs === undefined ? { strong: true } : { maxStaleness: maxAgeMs };
  const once = <T>(read: (snapshot: Snapshot) => Promise<T>) =>
    within(
      limitMs,
      inSession(connection, (session) => read(session.snapshot(bounds))),
    );
  return {
    tables,
    read: (table, request) => once((snapshot) => readOf(snapshot, table, request)),
    query: (query) => once((snapshot) => queryOf(snapshot, query)),
  };
}

/**
 * Runs reads with one timestamp, which is that of the first, strong read.
 *
 * Each read is one call. The other reads wait for the timestamp of the first one, and read at it.
 */
export function atOneMoment<T>(
  connection: Connection,
  tables: Tables,
  read: (reader: Reader) => Promise<T>,
): Promise<T> {
  return inSession(connection, (session) => {
    let moment: Promise<NonNullable<Snapshot['readTimestamp']>> | undefined;
    const at = async <R>(work: (snapshot: Snapshot) => Promise<R>): Promise<R> => {
      if (moment) return work(session.snapshot({ readTimestamp: await moment }));
      const first = session.snapshot({ strong: true, returnReadTimestamp: true });
      const found = work(first);
      moment = found.then(() => readTimestampOf(first));
      // The waiting reads report an error of the first read.
      moment.catch(() => undefined);
      return found;
    };
    return read({
      tables,
      read: (table, request) => at((snapshot) => readOf(snapshot, table, request)),
      query: (query) => at((snapshot) => queryOf(snapshot, query)),
    });
  });
}

function readTimestampOf({ readTimestamp }: Snapshot): NonNullable<Snapshot['readTimestamp']> {
  if (!readTimestamp) throw new TypeError('Spanner did not return the timestamp of a read.');
  return readTimestamp;
}

/**
 * Reads with a session of the client library, which has no other way to read rows without beginning a transaction. The transaction
 * object that provides the session never begins.
 */
function inSession<T>(connection: Connection, work: (session: Session) => Promise<T>): Promise<T> {
  return inOpenDatabase(connection, async (database) => {
    const [transaction] = await database.getTransaction();
    try {
      return await work(transaction.session);
    } finally {
      transaction.end();
    }
  });
}

async function readOf(
  snapshot: Snapshot,
  table: string,
  request: ReadRequest,
  call: CallOptions = CALL,
): Promise<readonly Row[]> {
  const [rows] = await snapshot.read(table, argument(request, call));
  return rows as readonly Row[];
}

async function queryOf(snapshot: Snapshot, query: Query, call: CallOptions = CALL): Promise<readonly Row[]> {
  const [rows] = await snapshot.run({ ...query, gaxOptions: call });
  return rows as readonly Row[];
}

/** Adapts the arguments to the types of the client library, which declare mutable arguments and only text keys. */
function argument({ columns, index, keys, ranges, limit }: ReadRequest, gaxOptions: CallOptions) {
  const request: Parameters<Snapshot['read']>[1] = { columns: [...columns], gaxOptions };
  if (index !== undefined) request.index = index;
  if (keys) request.keys = keys.map(mutable) as string[][];
  if (ranges) request.ranges = ranges.map(mutableRange);
  if (limit !== undefined) request.limit = limit;
  return request;
}

function mutableRange(range: KeyRange): { [K in keyof KeyRange]: KeyPart[] } {
  return Object.fromEntries(Object.entries(range).map(([bound, key]) => [bound, mutable(key)]));
}

type KeyPart = Exclude<Key[number], null>;

function mutable(key: Key): KeyPart[] {
  return [...key] as KeyPart[];
}
