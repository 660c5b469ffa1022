import { EMULATOR_HINT, type Query } from './reader.ts';

/** The number of values of the Shard columns, as in the DDL. */
export const SHARDS = 16;

export const EACH_SHARD = `UNNEST(GENERATE_ARRAY(0, ${SHARDS - 1})) AS bucket`;

export interface Earliest {
  readonly table: string;
  /** The index, whose key begins with the shard and the time. */
  readonly index: string;
  /** The column with the time. */
  readonly time: string;
  readonly key: readonly string[];
  /** The columns to return. */
  readonly columns: readonly string[];
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly limit: number;
  /** A further condition on the row `t`. */
  readonly where?: string;
}

/**
 * Reads the rows with the earliest times of all shards, the earliest first.
 *
 * Invariant: the query reads at most `limit` rows from the beginning of each shard. So a shard with many rows does not displace the
 * others, and rows that are not due are not read.
 */
export function earliestQuery(earliest: Earliest): Query {
  const { table, index, time, key, columns, until, limit, where = 'TRUE' } = earliest;
  const found = key.map((column) => `t.${column}`).join(', ');
  const sql = `${EMULATOR_HINT}
    SELECT ${columns.map((column) => `r.${column}`).join(', ')}
    FROM (
      SELECT found.* FROM ${EACH_SHARD}, UNNEST(ARRAY(
        SELECT AS STRUCT ${found}, t.${time} AS due FROM ${table}@{FORCE_INDEX=${index}} AS t
        WHERE t.Shard = bucket AND t.${time} IS NOT NULL AND t.${time} <= @until AND ${where}
        ORDER BY t.${time} LIMIT @limit
      )) AS found
      ORDER BY found.due LIMIT @limit
    ) AS earliest
    JOIN@{JOIN_METHOD=APPLY_JOIN} ${table} AS r ON ${key.map((column) => `r.${column} = earliest.${column}`).join(' AND ')}
    ORDER BY earliest.due`;
  return { sql, params: { until: new Date(until), limit } };
}
