/**
 * Carries out a bulk operation, page by page. The commit of each page writes the position into the metadata of the bulk
 * operation, so the next run after a crash begins with the first page that was not committed.
 *
 * Invariants: every change of an operation is safe to repeat, so a page that runs twice changes nothing twice. If two runs
 * carry out the same page, one of them commits it.
 */
import pMap from 'p-map';
import { type EventHeader, RESERVED_EVENT_ID_PREFIX } from '../../lifecycle/event.ts';
import { type ActiveOperation, isActive } from '../../lifecycle/operation.ts';
import { type OperationName, operationId } from '../../lifecycle/operation-name.ts';
import { CODE, status } from '../../lifecycle/result.ts';
import {
  type BulkProblem,
  type BulkProgress,
  decodeBulkProgress,
  encodeBulkProgress,
} from '../../messages/bulk-progress.ts';
import type { OperationView } from '../../messages/operation.ts';
import { applyOnce } from '../apply-event.ts';
import { cancelOperation } from '../cancel-operation.ts';
import { deleteOperation } from '../delete-operation.ts';
import { headerAt } from '../event-header.ts';
import { listOperations } from '../list-operations.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure, isMendedByOperator } from '../ports/failure.ts';
import { rerunOperation } from '../rerun-operation.ts';
import { type BulkWork, decodeBulkWork } from './bulk-work.ts';

/** The operations in a page. Each page adds a line to the history. */
const PAGE = 200;
/** The operations in a page of a run with `validateOnly`, which only counts them. */
const COUNTED_PAGE = 1_000;
/** Few, so that a bulk operation does not delay other calls. */
const CONCURRENCY = { concurrency: 8 };
/** How long one call works, in real time. Then `sweep` can carry out other due work before the next call. */
const MAX_RUN_MS = 2_000;
const MAX_PROBLEMS = 10;

/** Returns `AGAIN` if pages are left. Rejects with a Failure if a page cannot be carried out now. */
export async function runBulk(orchestrator: Orchestrator, name: OperationName): Promise<'DONE' | 'AGAIN'> {
  const stopTime = performance.now() + MAX_RUN_MS;
  for (;;) {
    const operation = await orchestrator.store.operation(name);
    if (!operation || !isActive(operation)) return 'DONE';
    if (operation.cancelRequest !== 'NONE') {
      await end(orchestrator, name, 'cancelled');
      return 'DONE';
    }
    const bulk = readBulk(operation);
    if (!bulk) {
      const error = status(CODE.INTERNAL, 'What the operation is to do cannot be read.');
      await applyOnce(orchestrator, { ...ownHeader(orchestrator, name, 'end'), type: 'failed', error });
      return 'DONE';
    }
    if (await workPage(orchestrator, name, bulk)) return 'DONE';
    if (performance.now() > stopTime) return 'AGAIN';
  }
}

interface Bulk {
  readonly work: BulkWork;
  readonly progress: BulkProgress;
}

function readBulk({ creation, metadata }: ActiveOperation): Bulk | undefined {
  try {
    const progress = decodeBulkProgress(metadata?.value);
    return progress && { work: decodeBulkWork(creation?.value.input), progress };
  } catch {
    return undefined;
  }
}

/** Carries out the next page and commits the progress. Returns whether the page was the last one. */
async function workPage(
  orchestrator: Orchestrator,
  name: OperationName,
  { work, progress }: Bulk,
): Promise<boolean> {
  const { lastOperation, lastCreateTimeMs, pages } = progress;
  const { operations, next } = await listOperations(orchestrator, {
    condition: work.condition,
    limit: work.validateOnly ? COUNTED_PAGE : PAGE,
    after:
      lastOperation === ''
        ? undefined
        : { name: lastOperation as OperationName, createTime: lastCreateTimeMs },
  });
  const results = work.validateOnly
    ? []
    : await pMap(operations, (view) => act(orchestrator, work, view, name), CONCURRENCY);
  const count = (kind: Result['kind']) => results.filter((result) => result.kind === kind).length;
  const problems = results.flatMap((result) => (result.kind === 'FAILED' ? [result.problem] : []));
  const after: BulkProgress = {
    ...progress,
    matchedCount: progress.matchedCount + operations.length,
    doneCount: progress.doneCount + count('DONE'),
    skippedCount: progress.skippedCount + count('SKIPPED'),
    failedCount: progress.failedCount + count('FAILED'),
    problems: [...progress.problems, ...problems].slice(0, MAX_PROBLEMS),
    pages: pages + 1,
    lastOperation: next ? next.name : lastOperation,
    lastCreateTimeMs: next ? next.createTime : lastCreateTimeMs,
  };
  const header = ownHeader(orchestrator, name, `page:${after.pages}`);
  // The sequence keeps the pages in order, whatever the clocks of the processes that run them say.
  const position = { ...header.position, sequence: BigInt(after.pages) };
  const metadata = encodeBulkProgress(after);
  await applyOnce(orchestrator, { ...header, position, type: 'progressed', metadata });
  if (next) return false;
  await end(orchestrator, name, 'succeeded');
  return true;
}

async function end(
  orchestrator: Orchestrator,
  name: OperationName,
  how: 'succeeded' | 'cancelled',
): Promise<void> {
  const header = ownHeader(orchestrator, name, 'end');
  if (how === 'cancelled') {
    await applyOnce(orchestrator, { ...header, type: 'cancelled' });
    return;
  }
  const operation = await orchestrator.store.operation(name);
  const response = operation?.metadata?.value;
  if (response) await applyOnce(orchestrator, { ...header, type: 'succeeded', response });
}

function ownHeader(orchestrator: Orchestrator, name: OperationName, what: string): EventHeader {
  return headerAt(orchestrator.now(), name, `${RESERVED_EVENT_ID_PREFIX}bulk:${what}`);
}

type Result =
  | { readonly kind: 'DONE' | 'SKIPPED' }
  | { readonly kind: 'FAILED'; readonly problem: BulkProblem };

async function act(
  orchestrator: Orchestrator,
  { kind, from, failedChildrenOnly }: BulkWork,
  { name, done }: OperationView,
  bulk: OperationName,
): Promise<Result> {
  const operation = name as OperationName;
  if ((kind === 'cancel' && done) || (kind === 'rerun' && !done)) return { kind: 'SKIPPED' };
  try {
    switch (kind) {
      case 'cancel':
        await cancelOperation(orchestrator, operation);
        break;
      case 'delete':
        await deleteOperation(orchestrator, operation);
        break;
      case 'rerun': {
        const requestId = operationId(bulk);
        await rerunOperation(orchestrator, { operation, from, failedChildrenOnly, requestId });
      }
    }
    return { kind: 'DONE' };
  } catch (error) {
    // A failure that is not about the operation rejects the whole page, and a later call repeats the page.
    if (!(error instanceof Failure) || error.kind === 'unavailable' || error.kind === 'conflict') throw error;
    if (isMendedByOperator(error)) throw error;
    if (error.kind === 'notFound') return { kind: 'SKIPPED' };
    const { code, message } = error;
    return { kind: 'FAILED', problem: { operation, code, message } };
  }
}
