import type { Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import type { ChildrenPage, ListedChild, WaitSummary } from '../../shared/orchestrator/ports/store.ts';
import { type ChildRecord, listedChildren } from '../../shared/records/listed-children.ts';
import type { ChildKey } from '../../shared/records/wait-parts.ts';
import { missingOf } from '../../shared/records/wait-record.ts';
import type { Tables } from './tables.ts';

/** How many children of one outcome are looked for at once. */
const CHUNK = 1_000;

/** Within a snapshot of the caller, as all that is here. */
export function childPage(tables: Tables, ref: WaitRef, page: ChildrenPage): ListedChild[] | undefined {
  const wait = tables.waits.read(ref);
  return wait && listed(tables, pageOf(tables, wait, page), page.maxBytes, 'cut');
}

export function waitSummary(
  tables: Tables,
  ref: WaitRef,
  limit: number,
  maxBytes: number,
): WaitSummary | undefined {
  const wait = tables.waits.read(ref);
  if (!wait) return undefined;
  return {
    wait,
    counts: tables.children.counts(wait),
    first: listed(tables, outcomesOf(tables, wait, keysOf(tables, wait, 0, limit)), maxBytes, 'omit'),
    notifications: wait.notifications ? tables.notifications.taken(wait) : [],
  };
}

function listed(
  { operations }: Tables,
  children: readonly ChildRecord[],
  maxBytes: number,
  rest: 'omit' | 'cut',
): ListedChild[] {
  const records = operations.childRecords(children.map(({ key }) => key));
  return listedChildren(children, records, maxBytes, rest);
}

function pageOf(tables: Tables, wait: Wait, { from, limit, outcome }: ChildrenPage): readonly ChildRecord[] {
  if (outcome === undefined) return outcomesOf(tables, wait, keysOf(tables, wait, from, limit));
  const found: ChildRecord[] = [];
  for (let at = from; found.length < limit; at += CHUNK) {
    const keys = keysOf(tables, wait, at, CHUNK);
    found.push(...outcomesOf(tables, wait, keys).filter((child) => child.outcome === outcome));
    if (keys.length < CHUNK) break;
  }
  return found.slice(0, limit);
}

/** In the order of the wait; by key for a wait that has none. */
function keysOf({ parts, children }: Tables, wait: Wait, from: number, limit: number): readonly ChildKey[] {
  if (parts.isOrdered(wait)) return parts.keys(wait, from, from + limit);
  return children.byKey(wait, from, limit).map((key, index) => ({ position: from + index, key }));
}

function outcomesOf({ children }: Tables, wait: Wait, keys: readonly ChildKey[]): readonly ChildRecord[] {
  const done = children.done(
    wait,
    keys.map(({ key }) => key),
  );
  const missing = new Set(missingOf(wait));
  return keys.map((child): ChildRecord => {
    const { key } = child;
    return { ...child, ...(done.get(key) ?? { outcome: missing.has(key) ? 'NOT_FOUND' : 'PENDING' }) };
  });
}
