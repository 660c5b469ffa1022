/** Reads all that the store keeps of one operation, record by record. */
import type { OutboxEntry } from '../lifecycle/effect.ts';
import type { Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { SpawnedChild } from '../lifecycle/spawn.ts';
import type { Wait, WaitRef } from '../lifecycle/wait.ts';
import { childPages } from './child-pages.ts';
import { OperationNotFound } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { HistoryLine, NotificationRecord } from './ports/operation-data.ts';
import type { OperationStore } from './ports/store.ts';
import type { ListedChild } from './ports/wait-children.ts';

export type KeptRecord =
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'history'; readonly line: HistoryLine }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** A child of the wait, and the result that another service gave it. An own child's result is in its own export. */
  | { readonly kind: 'child'; readonly wait: Wait; readonly child: ListedChild }
  /** A child that the wait is about to create. */
  | { readonly kind: 'spawn'; readonly wait: Wait; readonly child: SpawnedChild }
  | { readonly kind: 'notification'; readonly notification: NotificationRecord }
  | { readonly kind: 'outbox'; readonly entry: OutboxEntry }
  | { readonly kind: 'rerun'; readonly name: OperationName };

/** What is read and held in memory at once: history lines and children are small, waits and notifications may be 64 KiB. */
const LINES_OF_PAGE = 500;
const WAITS_OF_PAGE = 20;
const NOTIFICATIONS_OF_PAGE = 20;
const PARTS_OF_PAGE = 1;
const CHILDREN_OF_PAGE = { limit: LINES_OF_PAGE, maxBytes: 1024 * 1024 };
/** Smaller than every position: a rerun gives negative ones to what it takes over. */
const BEFORE_ALL = -1_000_000_000;

/**
 * Yields the operation first, also if it was deleted and only its records are left. Each page is read by itself: if the operation changes
 * meanwhile, the records show it at more than one moment.
 *
 * Throws OperationNotFound at the first record.
 */
export async function* exportOperation(
  { store }: Pick<Orchestrator, 'store'>,
  name: OperationName,
): AsyncGenerator<KeptRecord> {
  const operation = await store.operation(name);
  if (!operation) throw new OperationNotFound(name);
  yield { kind: 'operation', operation };
  for await (const line of pagesAfter(LINES_OF_PAGE, (after, limit) =>
    store.data.history(name, after, limit),
  )) {
    yield { kind: 'history', line };
  }
  for await (const wait of waitsOf(store, name)) {
    yield { kind: 'wait', wait };
    for await (const page of childPages(store, wait, CHILDREN_OF_PAGE)) {
      for (const child of page) yield { kind: 'child', wait, child };
    }
    for await (const child of spawnOf(store, wait)) yield { kind: 'spawn', wait, child };
  }
  const notifications = pagesAfter(NOTIFICATIONS_OF_PAGE, (after, limit) =>
    store.data.notifications(name, after, limit),
  );
  for await (const notification of notifications) yield { kind: 'notification', notification };
  for (const entry of await store.outbox(name)) yield { kind: 'outbox', entry };
  const inspection = await store.inspection(name, { history: 1, waits: 1 });
  for (const rerun of inspection?.reruns ?? []) yield { kind: 'rerun', name: rerun };
}

async function* pagesAfter<T extends { readonly position: number }>(
  limit: number,
  read: (after: number, limit: number) => Promise<readonly T[]>,
): AsyncGenerator<T> {
  for (let after = BEFORE_ALL; ; ) {
    const page = await read(after, limit);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < limit) return;
    after = last.position;
  }
}

/** The newest wait first. A wait that begins meanwhile moves the others on, so a wait may be read twice: it is yielded once. */
async function* waitsOf(store: OperationStore, name: OperationName): AsyncGenerator<Wait> {
  const seen = new Set<string>();
  for (let from = 0; ; from += WAITS_OF_PAGE) {
    const page = await store.waits(name, from, WAITS_OF_PAGE);
    for (const { wait } of page) {
      if (!seen.has(wait.waitId)) yield wait;
      seen.add(wait.waitId);
    }
    if (page.length < WAITS_OF_PAGE) return;
  }
}

async function* spawnOf(store: OperationStore, ref: WaitRef): AsyncGenerator<SpawnedChild> {
  for (let after = -1; ; ) {
    const parts = await store.data.spawnParts(ref, after, PARTS_OF_PAGE);
    const last = parts.at(-1);
    if (!last) return;
    for (const { children } of parts) yield* children;
    after = last.part;
  }
}
