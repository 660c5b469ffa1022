import type { Database, Session, Snapshot } from '@google-cloud/spanner';
import { CALL, type CallOptions, within } from './call.ts';
import type { Row } from './cells.ts';
import type { Tables } from './tables.ts';

/** The rows of one table or index, by keys or key ranges; without both, none. */
export interface ReadRequest {
  readonly columns: readonly string[];
  readonly index?: string;
  readonly keys?: readonly Key[];
  readonly ranges?: readonly KeyRange[];
  readonly limit?: number;
}

export type Key = readonly (string | number | boolean | Date | null)[];

/** From one key, or the keys that begin with it, to another. */
export interface KeyRange {
  readonly startClosed?: Key;
  readonly startOpen?: Key;
  readonly endClosed?: Key;
  readonly endOpen?: Key;
}

/**
 * Reads rows: in a transaction, where it locks what it read and what was absent; in a snapshot, all as of one moment; or by
 * itself, each call as of a moment of its own.
 */
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

/**
 * What tells the emulator that a query may read a null-filtered index. Cloud Spanner reads it without, because each such
 * query says that the column is not NULL; there, a hint of the emulator is ignored.
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
 * Each read by itself, in one call: it sees all that was committed before, or, with `maxAgeMs`, at least what was committed that
 * many milliseconds ago, from the nearest replica. It ends within the limit.
 */
export function databaseReader(
  database: Database,
  tables: Tables,
  limitMs: number,
  maxAgeMs?: number,
): Reader {
  const bounds = maxAgeMs === undefined ? { strong: true } : { maxStaleness: maxAgeMs };
  const once = <T>(read: (snapshot: Snapshot) => Promise<T>) =>
    within(
      limitMs,
      inSession(database, (session) => read(session.snapshot(bounds))),
    );
  return {
    tables,
    read: (table, request) => once((snapshot) => readOf(snapshot, table, request)),
    query: (query) => once((snapshot) => queryOf(snapshot, query)),
  };
}

/**
 * Runs reads of which all see one moment: that of the first, before which all that was committed is seen.
 *
 * Each of them is one call. The first returns the timestamp at which it read, and the others, which wait for that, read as of it.
 */
export function atOneMoment<T>(
  database: Database,
  tables: Tables,
  read: (reader: Reader) => Promise<T>,
): Promise<T> {
  return inSession(database, (session) => {
    let moment: Promise<NonNullable<Snapshot['readTimestamp']>> | undefined;
    const at = async <R>(work: (snapshot: Snapshot) => Promise<R>): Promise<R> => {
      if (moment) return work(session.snapshot({ readTimestamp: await moment }));
      const first = session.snapshot({ strong: true, returnReadTimestamp: true });
      const found = work(first);
      moment = found.then(() => readTimestampOf(first));
      // A failure of the first read is for those who wait for it, if any do.
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
 * With a session of the client library: it has no other way to a read of rows that begins no transaction. The transaction that
 * brings the session is never begun.
 */
async function inSession<T>(database: Database, work: (session: Session) => Promise<T>): Promise<T> {
  const [transaction] = await database.getTransaction();
  try {
    return await work(transaction.session);
  } finally {
    transaction.end();
  }
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

/** The client library types its arguments as its own to change, and keys as texts: it takes the other values as well. */
function argument({ columns, index, keys, ranges, limit }: ReadRequest, gaxOptions: CallOptions) {
  return {
    columns: [...columns],
    ...(index !== undefined && { index }),
    ...(keys && { keys: keys.map(mutable) as string[][] }),
    ...(ranges && { ranges: ranges.map(mutableRange) }),
    ...(limit !== undefined && { limit }),
    gaxOptions,
  };
}

function mutableRange(range: KeyRange): { [K in keyof KeyRange]: KeyPart[] } {
  return Object.fromEntries(Object.entries(range).map(([bound, key]) => [bound, mutable(key)]));
}

type KeyPart = Exclude<Key[number], null>;

function mutable(key: Key): KeyPart[] {
  return [...key] as KeyPart[];
}
