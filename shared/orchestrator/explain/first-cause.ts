/**
 * Finds why an operation failed or was cancelled: follows the failed children, or the cancel request, down to the
 * operation whose own event is the first cause.
 */

import type { ChildOutcome } from '../../lifecycle/child-outcome.ts';
import { isTerminal, type Operation, type TerminalOperation } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import type { Status } from '../../lifecycle/result.ts';
import { childNames, type Wait } from '../../lifecycle/wait.ts';
import type { Redaction } from '../../messages/redaction.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { HistoryEntry } from '../ports/history-entry.ts';
import type { ListedChild } from '../ports/wait-children.ts';
import type { CauseStep } from './explanation.ts';

/** A longer chain of causes is cut off. */
const MAX_STEPS = 32;
const HISTORY_LINES = 200;
const CHILDREN = 100;
const MAX_CHILD_BYTES = 256 * 1024;

/**
 * Who may read an operation may read the results of those that it waits for, and not those that wait for it. So the
 * way up to the origin of a cancel request needs permission, and the way down needs none.
 */
export type MayRead = (name: OperationName) => Promise<boolean>;

export async function causesOf(
  orchestrator: Orchestrator,
  root: TerminalOperation,
  mayRead: MayRead,
): Promise<readonly CauseStep[]> {
  const { redaction } = orchestrator.policy;
  const steps: CauseStep[] = [];
  const seen = new Set<string>();
  for (let at: Operation | undefined = root; at && isTerminal(at) && at.state !== 'SUCCEEDED'; ) {
    if (seen.has(at.name) || steps.length >= MAX_STEPS) break;
    seen.add(at.name);
    const history = await orchestrator.store.history(at.name, HISTORY_LINES);
    steps.push(stepOf(at, history, redaction));
    const origin = cancelOrigin(at, history);
    if (origin && !(await mayRead(origin))) break;
    const next: { readonly name: string; readonly step?: CauseStep } | undefined = origin
      ? { name: origin }
      : await failedChild(orchestrator, at, history);
    if (!next) break;
    const operation: Operation | undefined = isOperationName(next.name)
      ? await orchestrator.store.operation(next.name)
      : undefined;
    if (next.step && (!operation || !isTerminal(operation) || operation.state === 'SUCCEEDED')) {
      steps.push(next.step);
      break;
    }
    at = operation;
  }
  return steps;
}

function stepOf(
  operation: TerminalOperation,
  history: readonly HistoryEntry[],
  redaction: Redaction,
): CauseStep {
  const { name, state, completeTime, terminalEventId } = operation;
  const line = history.find(({ eventId }) => eventId === terminalEventId);
  const attempt = line?.attempt ?? operation.attempts.at(-1)?.number;
  const worker = line?.worker ?? operation.attempts.at(-1)?.worker;
  const error = operation.state === 'SUCCEEDED' ? undefined : operation.error;
  return {
    name,
    state,
    endedBy: line?.reason ?? line?.type ?? 'unknown',
    time: completeTime,
    attempt,
    worker,
    error: error && shownError(error, operation.creation?.value.method, redaction),
  };
}

/** The ancestor whose cancel request was passed on to this operation, or undefined if this operation was not cancelled so. */
function cancelOrigin(
  operation: TerminalOperation,
  history: readonly HistoryEntry[],
): OperationName | undefined {
  if (operation.state !== 'CANCELLED') return undefined;
  const line = history.find(({ type, outcome }) => type === 'cancelRequested' && outcome === 'APPLIED');
  const [, origin] = /^lro:cancel:(operations\/[A-Za-z0-9._~-]+):/.exec(line?.eventId ?? '') ?? [];
  return origin !== undefined && origin !== operation.name && isOperationName(origin) ? origin : undefined;
}

const OF_INTEREST: readonly ChildOutcome[] = ['FAILED', 'NOT_FOUND', 'CANCELLED', 'PENDING'];

/**
 * The child that explains the failure: in the last wait of the operation, the unsuccessful child that ended first. A
 * failed child comes before a missing one, a cancelled one and one that was pending at the deadline. Returns undefined if
 * the operation ended by its own deadline or a lost lease.
 */
async function failedChild(
  { store, policy: { redaction } }: Orchestrator,
  operation: TerminalOperation,
  history: readonly HistoryEntry[],
): Promise<{ readonly name: string; readonly step: CauseStep } | undefined> {
  const line = history.find(({ eventId }) => eventId === operation.terminalEventId);
  if (operation.state !== 'FAILED' || line?.type === 'elapsed') return undefined;
  const [newest] = await store.waits(operation.name, 0, 1);
  const wait = newest?.wait;
  if (wait?.end?.kind !== 'RESUMED' || !['CHILDREN', 'DEADLINE'].includes(wait.end.cause)) return undefined;
  for (const outcome of OF_INTEREST) {
    if (outcome === 'PENDING' && wait.end.cause !== 'DEADLINE') continue;
    const children = await store.listChildren(wait, {
      from: 0,
      limit: CHILDREN,
      outcome,
      maxBytes: MAX_CHILD_BYTES,
    });
    const child = first(children ?? []);
    if (child) return { name: child.key, step: childStep(wait, child, redaction) };
  }
  return undefined;
}

function first(children: readonly ListedChild[]): ListedChild | undefined {
  const endOf = ({ operation }: ListedChild) => operation?.completeTime ?? Number.POSITIVE_INFINITY;
  return children.toSorted((one, other) => endOf(one) - endOf(other) || one.position - other.position)[0];
}

function shownError(
  { code, message }: Status,
  method: string | undefined,
  redaction: Redaction,
): NonNullable<CauseStep['error']> {
  return redaction.error({ code, message }, method);
}

function childStep(
  wait: Wait,
  { key, outcome, operation, result }: ListedChild,
  redaction: Redaction,
): CauseStep {
  const error = operation?.error ?? (result && 'error' in result ? result.error : undefined);
  return {
    name: childNames(wait)(key),
    state: outcome === 'PENDING' ? 'TIMED_OUT' : outcome,
    endedBy: outcome === 'PENDING' ? 'DEADLINE' : 'child',
    time: operation?.completeTime,
    attempt: undefined,
    worker: undefined,
    error: error && shownError(error, operation?.method, redaction),
  };
}
