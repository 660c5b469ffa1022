import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { NotificationRecord, OperationData } from '../../shared/orchestrator/ports/operation-data.ts';
import { decodeAny } from '../../shared/records/any-record.ts';
import { decodeSpawn, withoutChild } from '../../shared/records/spawn-record.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { Connection } from './connection.ts';
import { ENTRY_COLUMNS, type EntryRow, entryOf } from './history-table.ts';
import type { Participant } from './participant.ts';
import { recordRemoval } from './record-removal.ts';
import type { Tables } from './tables.ts';
import { WAIT_NUMBER } from './wait-table.ts';

const OF_OPERATION = 'operation = (SELECT id FROM operations WHERE name = ?)';

export interface DataParts {
  readonly connection: Connection;
  readonly queue: CommitQueue;
  readonly tables: Tables;
  /** Answers a read once the data that it read is durable. */
  readonly read: <T>(reads: () => T) => Promise<T>;
}

export function operationData({ connection, queue, tables, read }: DataParts): OperationData {
  const history = connection.query<readonly [position: number, ...EntryRow]>(
    `SELECT position, ${ENTRY_COLUMNS} FROM history WHERE ${OF_OPERATION} AND position > ? ORDER BY position LIMIT ?`,
  );
  const notifications = connection.query<
    readonly [position: number, name: string, payload: Uint8Array | null, time: number, waitId: string | null]
  >(
    `SELECT position, name, payload, time, wait_id FROM notifications
     WHERE ${OF_OPERATION} AND position > ? ORDER BY position LIMIT ?`,
  );
  const parts = connection.query<[number, Uint8Array]>(
    `SELECT part, spawn FROM wait_parts
     WHERE wait = ${WAIT_NUMBER} AND part > ? AND spawn IS NOT NULL ORDER BY part LIMIT ?`,
  );
  const openParts = connection.query<[wait: number, part: number, spawn: Uint8Array]>(
    `SELECT wait, part, spawn FROM wait_parts
     WHERE wait IN (SELECT id FROM waits WHERE operation = ?) AND spawn IS NOT NULL`,
  );
  const setSpawn = connection.command('UPDATE wait_parts SET spawn = ? WHERE wait = ? AND part = ?');
  const marker = connection.query<[number, Operation['state']]>(
    'SELECT id, state FROM operations WHERE name = ?',
  );
  const clearMarker = connection.command('UPDATE operations SET control = NULL WHERE id = ?');
  const removeRecords = recordRemoval(connection);

  const erase = (name: OperationName): boolean => {
    const [number, state] = marker.first([name]) ?? [];
    if (number === undefined) return false;
    if (state !== 'DELETED') throw new Failure('precondition', `${name} is not deleted`);
    // Writes the deferred rows of earlier tasks, so that they are removed too.
    for (const participant of tables.participants as readonly Participant[]) participant.end?.();
    removeRecords([number], [name]);
    tables.changed.add(name);
    clearMarker.run([number]);
    tables.caches.clear();
    return true;
  };

  return {
    history: (name, after, limit) =>
      read(() =>
        history.all([name, after, limit]).map(([position, ...row]) => ({ position, entry: entryOf(row) })),
      ),
    notifications: (name, after, limit) =>
      read(() => notifications.all([name, after, limit]).map(notificationOf)),
    spawnParts: ({ operation, waitId }, after, limit) =>
      read(() =>
        parts
          .all([operation, waitId, after, limit])
          .map(([part, spawn]) => ({ operation, waitId, part, children: decodeSpawn(spawn) })),
      ),
    forgetSpawned: (parent, child) =>
      queue.run(() => {
        for (const [wait, part, spawn] of openParts.all([parent])) {
          const left = withoutChild(spawn, child);
          if (left) setSpawn.run([left, wait, part]);
        }
        tables.caches.clear();
      }),
    async erase(name) {
      // After the transaction: SQLite rewrites a database only outside of transactions.
      if (!(await queue.run(() => erase(name)))) return;
      queue.flush();
      connection.scrub();
    },
  };
}

function notificationOf([position, name, payload, time, waitId]: readonly [
  number,
  string,
  Uint8Array | null,
  number,
  string | null,
]): NotificationRecord {
  return {
    position,
    name,
    time,
    payload: payload ? decodeAny(payload) : undefined,
    waitId: waitId ?? undefined,
  };
}
