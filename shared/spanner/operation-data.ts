import type { OperationName } from '../lifecycle/operation-name.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import type { HistoryLine, NotificationRecord, OperationData } from '../orchestrator/ports/operation-data.ts';
import type { SpawnPart } from '../orchestrator/ports/spawn-part.ts';
import { decodeAny } from '../records/any-record.ts';
import { decodeSpawn, withoutChild } from '../records/spawn-record.ts';
import { bytesValue, cellsOf, required } from './cells.ts';
import { ENTRY_COLUMNS, entryOf } from './history-rows.ts';
import type { Key, Reader } from './reader.ts';
import { prefix } from './reader.ts';
import type { Tables } from './tables.ts';
import type { Transactions } from './transactions.ts';

/**
 * The number of rows of one table that one transaction removes. A row is one mutation, plus one for each of its at most two index
 * entries. With seven tables that is 42,000 of the 80,000 mutations of a commit.
 */
const ROWS_A_TRANSACTION = 2_000;

type Run = <T>(read: (reader: Reader) => Promise<T>) => Promise<T>;

export function spannerOperationData(
  transactions: Transactions,
  once: Run,
  write: <T>(work: () => Promise<T>) => Promise<T>,
): OperationData {
  return {
    history: (name, after, limit) => once((at) => readHistoryAfter(at, name, after, limit)),
    notifications: (name, after, limit) => once((at) => readNotificationsAfter(at, name, after, limit)),
    spawnParts: (ref, after, limit) => once((at) => readSpawnPartsAfter(at, ref, after, limit)),
    forgetSpawned: (parent, child) => write(() => forgetSpawned(transactions, parent, child)),
    erase: (name) => write(() => erase(transactions, name)),
  };
}

async function readHistoryAfter(
  { tables, query }: Reader,
  name: OperationName,
  after: number,
  limit: number,
): Promise<readonly HistoryLine[]> {
  const { history, historyByPosition } = tables;
  const rows = await query({
    sql: `SELECT Position, ${ENTRY_COLUMNS.join(', ')} FROM ${history}@{FORCE_INDEX=${historyByPosition}}
      WHERE key = @name AND Position > @after ORDER BY Position LIMIT @limit`,
    params: { name, after, limit },
  });
  return rows.map((row) => {
    const cells = cellsOf(row);
    return { position: required(cells.int('Position')), entry: entryOf(cells) };
  });
}

async function readNotificationsAfter(
  { tables, query }: Reader,
  name: OperationName,
  after: number,
  limit: number,
): Promise<readonly NotificationRecord[]> {
  const rows = await query({
    sql: `SELECT Position, Name, Payload, ApplyTime, WaitId FROM ${tables.notifications}
      WHERE key = @name AND Position > @after ORDER BY Position LIMIT @limit`,
    params: { name, after, limit },
  });
  return rows.map((row) => {
    const cells = cellsOf(row);
    const payload = cells.bytes('Payload');
    return {
      position: required(cells.int('Position')),
      name: required(cells.text('Name')),
      payload: payload && decodeAny(payload),
      time: required(cells.time('ApplyTime')),
      waitId: cells.text('WaitId'),
    };
  });
}

async function readSpawnPartsAfter(
  { tables, query }: Reader,
  { operation, waitId }: WaitRef,
  after: number,
  limit: number,
): Promise<readonly SpawnPart[]> {
  const rows = await query({
    sql: `SELECT Part, Spawn FROM ${tables.waitParts}
      WHERE key = @operation AND WaitId = @waitId AND Part > @after AND Open ORDER BY Part LIMIT @limit`,
    params: { operation, waitId, after, limit },
  });
  return rows.map((row) => {
    const cells = cellsOf(row);
    const children = decodeSpawn(required(cells.bytes('Spawn')));
    return { operation, waitId, part: required(cells.int('Part')), children };
  });
}

async function forgetSpawned(
  transactions: Transactions,
  parent: OperationName,
  child: OperationName,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const { waitParts } = reader.tables;
    const rows = await reader.query({
      sql: `SELECT WaitId, Part, Spawn FROM ${waitParts} WHERE key = @parent AND Open`,
      params: { parent },
    });
    let commit = false;
    for (const row of rows) {
      const cells = cellsOf(row);
      const left = withoutChild(required(cells.bytes('Spawn')), child);
      if (!left) continue;
      const [WaitId, Part] = [required(cells.text('WaitId')), required(cells.int('Part'))];
      mutations.update(waitParts, { key: parent, WaitId, Part, Spawn: bytesValue(left) });
      commit = true;
    }
    return { commit, value: undefined };
  });
}

/** The tables of an operation's records with their keys. Children come before the waits that they are interleaved in. */
function recordTables(tables: Tables): readonly (readonly [table: string, key: readonly string[]])[] {
  return [
    [tables.outbox, ['key', 'EffectId']],
    [tables.notifications, ['key', 'Position']],
    [tables.pendingChildren, ['key', 'WaitId', 'Child']],
    [tables.doneChildren, ['key', 'WaitId', 'Outcome', 'Child']],
    [tables.waitParts, ['key', 'WaitId', 'Part']],
    [tables.waits, ['key', 'WaitId']],
    [tables.history, ['key', 'EventId']],
  ];
}

/** Erases in several transactions. If one fails, the marker remains, so the call can be repeated. */
async function erase(transactions: Transactions, name: OperationName): Promise<void> {
  for (;;) {
    const isDone = await transactions.readWrite(async (reader, mutations) => {
      const { operations } = reader.tables;
      const [row] = await reader.read(operations, { columns: ['State'], keys: [[name]] });
      if (!row) return { commit: false, value: true };
      if (cellsOf(row).text('State') !== 'DELETED') {
        throw new Failure('precondition', `${name} is not deleted`);
      }
      for (const [table, columns] of recordTables(reader.tables)) {
        const limit = ROWS_A_TRANSACTION;
        const rows = await reader.read(table, { columns, ranges: [prefix([name])], limit });
        if (rows.length === 0) continue;
        mutations.deleteRows(table, rows.map(keyOf) as unknown as string[][]);
        if (rows.length === limit) return { commit: true, value: false };
      }
      mutations.update(operations, { key: name, Control: null });
      return { commit: true, value: true };
    });
    if (isDone) return;
  }
}

function keyOf(row: readonly { readonly value: unknown }[]): Key {
  return row.map(({ value }) =>
    typeof value === 'object' && value !== null ? wrapped(value) : value,
  ) as Key;
}

/** The client library returns an INT64 as an object. */
function wrapped(value: object): unknown {
  return 'value' in value ? Number(value.value) : value;
}
