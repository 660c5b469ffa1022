import type { Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import type { ChildrenPage, ListedChild } from '../../shared/orchestrator/ports/wait-children.ts';
import type { WaitSummary } from '../../shared/orchestrator/ports/waits.ts';
import {
  type ChildRecord,
  listedChild,
  type ResultBound,
  shownChildren,
} from '../../shared/records/listed-children.ts';
import type { ChildKey } from '../../shared/records/wait-parts.ts';
import { missingOf } from '../../shared/records/wait-record.ts';
import type { Tables } from './tables.ts';

/** The number of children of one outcome that are read at once. */
const CHUNK = 1_000;

/** Call this, like all functions of this file, within a snapshot. */
export function childPage(tables: Tables, ref: WaitRef, page: ChildrenPage): ListedChild[] | undefined {
  const wait = tables.waits.read(ref);
  return wait && listed(tables, wait, pageOf(tables, wait, page), { maxBytes: page.maxBytes, rest: 'cut' });
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
    first: listed(tables, wait, outcomesOf(tables, wait, keysOf(tables, wait, 0, limit)), {
      maxBytes,
      rest: 'omit',
    }),
    notifications: wait.notifications ? tables.notifications.taken(wait) : [],
  };
}

function listed(
  { operations, children }: Tables,
  wait: Wait,
  found: readonly ChildRecord[],
  bound: ResultBound,
): ListedChild[] {
  const shown = shownChildren(found, operations.childRecords(found.map(({ key }) => key)), bound);
  const from = (source: 'operation' | 'service') =>
    shown.filter((one) => one.source === source).map(({ child }) => child.key);
  const messages = operations.messages(from('operation'));
  const results = children.results(wait, from('service'));
  return shown.map((one) => {
    const { key } = one.child;
    return listedChild(one, one.source === 'operation' ? messages.get(key) : results.get(key));
  });
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

/** In the order of the wait, or by key if the wait has no stored order. */
function keysOf({ parts, children }: Tables, wait: Wait, from: number, limit: number): readonly ChildKey[] {
  const keys = parts.keys(wait, from, from + limit);
  if (keys.length > 0 || parts.isOrdered(wait)) return keys;
  return children.byKey(wait, from, limit).map((key, index) => ({ position: from + index, key }));
}

function outcomesOf({ children }: Tables, wait: Wait, keys: readonly ChildKey[]): readonly ChildRecord[] {
  const done = children.done(
    wait,
    keys.map(({ key }) => key),
  );
  const missing = new Set(missingOf(wait));
  return keys.map((child): ChildRecord => {
    const { position, key, spawnKey } = child;
    const { outcome, resultBytes } = done.get(key) ?? {};
    return {
      position,
      key,
      spawnKey,
      outcome: outcome ?? (missing.has(key) ? 'NOT_FOUND' : 'PENDING'),
      resultBytes,
    };
  });
}
