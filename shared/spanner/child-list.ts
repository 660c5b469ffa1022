import type { OperationState } from '../lifecycle/operation.ts';
import { isOperationName } from '../lifecycle/operation-name.ts';
import type { Wait, WaitRef } from '../lifecycle/wait.ts';
import type { ChildrenPage, ListedChild } from '../orchestrator/ports/wait-children.ts';
import type { WaitSummary } from '../orchestrator/ports/waits.ts';
import {
  type ChildOperationRecord,
  type ChildRecord,
  listedChild,
  type ResultBound,
  shownChildren,
} from '../records/listed-children.ts';
import type { ChildKey } from '../records/wait-parts.ts';
import { missingOf } from '../records/wait-record.ts';
import { cellsOf, required } from './cells.ts';
import {
  countColumns,
  countsIn,
  readByKey,
  readDone,
  readKeysOf,
  readPending,
  readResults,
} from './child-rows.ts';
import { readTaken } from './notification-rows.ts';
import { firstKeysIn, firstPartsColumn, hasParts, readKeys } from './part-rows.ts';
import type { Reader } from './reader.ts';
import { readWait, readWaitAnd } from './wait-rows.ts';

/** More than the largest number of children of a wait. */
const ALL = 1_000_000;

/** Call this, like all functions of this file, within a snapshot. */
export async function readChildPage(
  reader: Reader,
  ref: WaitRef,
  page: ChildrenPage,
): Promise<readonly ListedChild[] | undefined> {
  const wait = await readWait(reader, ref);
  if (!wait) return undefined;
  const keys = await pageOf(reader, wait, page);
  return readListed(reader, wait, keys, { maxBytes: page.maxBytes, rest: 'cut' });
}

export async function readSummary(
  reader: Reader,
  ref: WaitRef,
  limit: number,
  maxBytes: number,
): Promise<WaitSummary | undefined> {
  const columns = [...countColumns(reader.tables), firstPartsColumn(reader.tables)];
  const found = await readWaitAnd(reader, ref, columns, { end: limit });
  if (!found) return undefined;
  const { wait, beside } = found;
  const firstOf = async () => {
    const known = firstKeysIn(beside, limit);
    const keys = known.length > 0 ? known : await keysOf(reader, wait, 0, limit);
    return readListed(reader, wait, keys, { maxBytes, rest: 'omit' });
  };
  const [counts, first, notifications] = await Promise.all([
    countsIn(reader, wait, beside),
    firstOf(),
    wait.notifications ? readTaken(reader, wait) : [],
  ]);
  return { wait, counts, first, notifications };
}

async function pageOf(
  reader: Reader,
  wait: Wait,
  { from, limit, outcome }: ChildrenPage,
): Promise<readonly ChildKey[]> {
  if (outcome === undefined) return keysOf(reader, wait, from, limit);
  const missing = missingOf(wait);
  const [keys, having, pending] = await Promise.all([
    keysOf(reader, wait, from, ALL),
    readKeysOf(reader, wait, outcome),
    outcome === 'NOT_FOUND' && missing.length > 0 ? readPending(reader, wait, missing) : new Set<string>(),
  ]);
  const wanted = new Set([...having, ...pending]);
  if (outcome === 'PENDING') for (const key of missing) wanted.delete(key);
  return keys.filter(({ key }) => wanted.has(key)).slice(0, limit);
}

/** In the order of the wait, or by key if the wait has no stored order. */
async function keysOf(reader: Reader, wait: Wait, from: number, limit: number): Promise<readonly ChildKey[]> {
  if (limit === 0) return [];
  const keys = await readKeys(reader, wait, from, from + limit);
  if (keys.length > 0 || (await hasParts(reader, wait))) return keys;
  const named = await readByKey(reader, wait, from, limit);
  return named.map((key, index) => ({ position: from + index, key, spawnKey: undefined }));
}

async function outcomesOf(
  reader: Reader,
  wait: Wait,
  keys: readonly ChildKey[],
): Promise<readonly ChildRecord[]> {
  const done = await readDone(
    reader,
    wait,
    keys.map(({ key }) => key),
  );
  const missing = new Set(missingOf(wait));
  return keys.map(({ position, key, spawnKey }): ChildRecord => {
    const child = done.get(key);
    const outcome = child?.outcome ?? (missing.has(key) ? 'NOT_FOUND' : 'PENDING');
    return { position, key, spawnKey, outcome, resultBytes: child?.resultBytes };
  });
}

async function readListed(
  reader: Reader,
  wait: Wait,
  keys: readonly ChildKey[],
  bound: ResultBound,
): Promise<readonly ListedChild[]> {
  const [children, operations] = await Promise.all([
    outcomesOf(reader, wait, keys),
    readOperations(reader, keys, bound.maxBytes),
  ]);
  const shown = shownChildren(children, operations, bound);
  const from = (source: 'operation' | 'service') =>
    shown.flatMap(({ child: { key }, source: of }) => (of === source ? [key] : []));
  const unread = from('operation').filter((name) => operations.get(name)?.message === undefined);
  const [messages, results] = await Promise.all([
    readMessages(reader, unread),
    readResults(reader, wait, from('service')),
  ]);
  return shown.map((one) => {
    const { key } = one.child;
    const message = operations.get(key)?.message ?? messages.get(key);
    return listedChild(one, one.source === 'operation' ? message : results.get(key));
  });
}

interface FoundChild extends ChildOperationRecord {
  /** The message, if it is small. It is then read in the same query as the other columns. */
  readonly message?: Uint8Array;
}

/** The largest message that is read before it is known whether the page shows it, in bytes. */
const SMALL_BYTES = 4_096;

/** Reads the operations of children, except deleted ones. Small messages are included, up to `maxBytes` in total. */
async function readOperations(
  reader: Reader,
  children: readonly ChildKey[],
  maxBytes: number,
): Promise<ReadonlyMap<string, FoundChild>> {
  const names = children.map(({ key }) => key).filter(isOperationName);
  if (names.length === 0) return new Map();
  const small = Math.min(SMALL_BYTES, Math.floor(maxBytes / names.length));
  const rows = await reader.query({
    sql: `SELECT key, State, Method, CreateTime, CompleteTime, LENGTH(CAST(Operation AS BYTES)) AS Bytes,
        IF(CompleteTime IS NOT NULL AND LENGTH(CAST(Operation AS BYTES)) <= @small, Operation, NULL) AS Message
      FROM ${reader.tables.operations} WHERE key IN UNNEST(@names) AND State != 'DELETED'`,
    params: { names, small },
  });
  return new Map(
    rows.map(cellsOf).map((cells) => [
      required(cells.text('key')),
      {
        state: required(cells.text('State')) as OperationState,
        method: cells.text('Method'),
        createTime: required(cells.time('CreateTime')),
        completeTime: cells.time('CompleteTime'),
        bytes: required(cells.int('Bytes')),
        message: cells.proto('Message'),
      },
    ]),
  );
}

async function readMessages(
  reader: Reader,
  names: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (names.length === 0) return new Map();
  const keys = names.map((name) => [name]);
  const rows = await reader.read(reader.tables.operations, { columns: ['key', 'Operation'], keys });
  return new Map(
    rows.map(cellsOf).map((cells) => [required(cells.text('key')), required(cells.proto('Operation'))]),
  );
}
