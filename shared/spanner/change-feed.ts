import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { ChangeFeed, OperationChange } from '../orchestrator/ports/change-feed.ts';
import { cellsOf, required } from './cells.ts';
import { EMULATOR_HINT, type Reader } from './reader.ts';
import { EACH_SHARD } from './shards.ts';

/** The interval at which a process with watchers reads the feed, in milliseconds. */
const POLL_MS = 1_000;
/** The oldest position that a watcher may continue from, as an age in milliseconds. */
const MAX_AGE_MS = 24 * 3_600_000;
/** More than the possible difference between Spanner's clock and the timestamps of commits in progress. */
const MARGIN_MICROS = 5_000_000;

/** The position of a change: the timestamp of its commit, and the name, because one commit may change several operations. */
interface Position {
  /** Microseconds since the epoch. */
  readonly micros: number;
  readonly name: string;
}

/**
 * The feed of the commits of all processes, by the index of the timestamps that Spanner gives them.
 *
 * Invariant: a change that an answer lacks has a later position than the answer. Spanner gives each commit a later timestamp than
 * all commits that ended before it began, and a strong read sees all of those. The emulator does the same.
 */
export function spannerChangeFeed(read: <T>(work: (reader: Reader) => Promise<T>) => Promise<T>): ChangeFeed {
  return {
    async position() {
      const rows = await read((reader) =>
        reader.query({ sql: 'SELECT UNIX_MICROS(CURRENT_TIMESTAMP()) AS now', params: {} }),
      );
      const now = required(rows[0] && cellsOf(rows[0]).int('now'));
      // A repeated change does no harm, but a missing one does.
      return textOf({ micros: now - MARGIN_MICROS, name: '' });
    },
    async since(text, limit) {
      const position = positionOf(text);
      if (!position || position.micros / 1_000 < Date.now() - MAX_AGE_MS) return undefined;
      return read((reader) => changesSince(reader, position, limit));
    },
    changed: (_position, signal) => sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined),
    isBefore(one, other) {
      const [a, b] = [positionOf(one), positionOf(other)];
      if (!a || !b || a.micros === b.micros) return (a?.name ?? '') < (b?.name ?? '');
      return a.micros < b.micros;
    },
  };
}

async function changesSince(
  reader: Reader,
  { micros, name }: Position,
  limit: number,
): Promise<readonly OperationChange[]> {
  const { operations, operationsByChangeTime } = reader.tables;
  // Reads each shard only as far as the page needs, as in a list.
  const sql = `${EMULATOR_HINT}
    SELECT found.name, UNIX_MICROS(found.time) AS micros FROM
      ${EACH_SHARD},
      UNNEST(ARRAY(
        SELECT AS STRUCT o.key AS name, o.ChangeTime AS time
        FROM ${operations}@{FORCE_INDEX=${operationsByChangeTime}} AS o
        WHERE o.Shard = bucket AND o.ChangeTime IS NOT NULL AND o.ChangeTime >= TIMESTAMP_MICROS(@micros)
          AND (o.ChangeTime > TIMESTAMP_MICROS(@micros) OR o.key > @name)
        ORDER BY o.ChangeTime, o.key LIMIT @limit
      )) AS found
    ORDER BY found.time, found.name LIMIT @limit`;
  const rows = await reader.query({ sql, params: { micros, name, limit } });
  return rows.map(cellsOf).map((cells) => {
    const changed = required(cells.text('name')) as OperationName;
    return { name: changed, position: textOf({ micros: required(cells.int('micros')), name: changed }) };
  });
}

function textOf({ micros, name }: Position): string {
  return `${micros}/${name}`;
}

const POSITION = /^(\d{16})\/([A-Za-z0-9._~/-]*)$/;

function positionOf(text: string): Position | undefined {
  const [, micros, name] = POSITION.exec(text) ?? [];
  return micros === undefined ? undefined : { micros: Number(micros), name: name ?? '' };
}
