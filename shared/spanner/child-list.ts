import { isOperationName } from '../lifecycle/operation-name.ts';
import type { Wait, WaitRef } from '../lifecycle/wait.ts';
import type { ChildrenPage, ListedChild, WaitSummary } from '../orchestrator/ports/store.ts';
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
import { readByKey, readCounts, readDone, readKeysOf, readPending, readResults } from './child-rows.ts';
import { readTaken } from './notification-rows.ts';
import { hasParts, readKeys } from './part-rows.ts';
import type { Reader } from './reader.ts';
import { readWait } from './wait-rows.ts';

/** No wait has as many children. */
const ALL = 1_000_000;

/** Within a snapshot of the caller, as all that is here. */
export async function readChildPage(
  reader: Reader,
  ref: WaitRef,
  page: ChildrenPage,
): Promise<readonly ListedChild[] | undefined> {
  const wait = await readWait(reader, ref);
  if (!wait) return undefined;
  const found = await outcomesOf(reader, wait, await pageOf(reader, wait, page));
  return readListed(reader, wait, found, { maxBytes: page.maxBytes, rest: 'cut' });
}

export async function readSummary(
  reader: Reader,
  ref: WaitRef,
  limit: number,
  maxBytes: number,
): Promise<WaitSummary | undefined> {
  const wait = await readWait(reader, ref);
  if (!wait) return undefined;
  const firstOf = async () => {
    const found = await outcomesOf(reader, wait, await keysOf(reader, wait, 0, limit));
    return readListed(reader, wait, found, { maxBytes, rest: 'omit' });
  };
  const [[counts = {}], first, notifications] = await Promise.all([
    readCounts(reader, [wait]),
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

/** In the order of the wait; by key for a wait that has none. */
async function keysOf(reader: Reader, wait: Wait, from: number, limit: number): Promise<readonly ChildKey[]> {
  if (limit === 0) return [];
  const keys = await readKeys(reader, wait, from, from + limit);
  if (keys.length > 0 || (await hasParts(reader, wait))) return keys;
  const named = await readByKey(reader, wait, from, limit);
  return named.map((key, index) => ({ position: from + index, key }));
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
  return keys.map((child): ChildRecord => {
    const { key } = child;
    return { ...child, ...(done.get(key) ?? { outcome: missing.has(key) ? 'NOT_FOUND' : 'PENDING' }) };
  });
}

async function readListed(
  reader: Reader,
  wait: Wait,
  found: readonly ChildRecord[],
  bound: ResultBound,
): Promise<readonly ListedChild[]> {
  const shown = shownChildren(found, await readOperations(reader, found), bound);
  const from = (source: 'operation' | 'service') =>
    shown.filter((one) => one.source === source).map(({ child }) => child.key);
  const [messages, results] = await Promise.all([
    readMessages(reader, from('operation')),
    readResults(reader, wait, from('service')),
  ]);
  return shown.map((one) => {
    const { key } = one.child;
    return listedChild(one, one.source === 'operation' ? messages.get(key) : results.get(key));
  });
}

/** Of children that are neither deleted nor gone. */
async function readOperations(
  reader: Reader,
  children: readonly ChildRecord[],
): Promise<ReadonlyMap<string, ChildOperationRecord>> {
  const names = children.map(({ key }) => key).filter(isOperationName);
  if (names.length === 0) return new Map();
  const rows = await reader.query({
    sql: `SELECT key, Method, CreateTime, CompleteTime, LENGTH(CAST(Operation AS BYTES)) AS Bytes
      FROM ${reader.tables.operations} WHERE key IN UNNEST(@names) AND State != 'DELETED'`,
    params: { names },
  });
  return new Map(
    rows.map(cellsOf).map((cells) => [
      required(cells.text('key')),
      {
        method: cells.text('Method'),
        createTime: required(cells.time('CreateTime')),
        completeTime: cells.time('CompleteTime'),
        bytes: required(cells.int('Bytes')),
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
