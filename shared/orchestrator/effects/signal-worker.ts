/** Sends signals to workers: START, RESUME and CANCEL. */
import { attemptNumber } from '../../lifecycle/attempt.ts';
import type { Sending } from '../../lifecycle/effect.ts';
import { dispatchOf, type Operation } from '../../lifecycle/operation.ts';
import { childNames, type Wait, type WaitRef } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type {
  CancelSignal,
  ResumeSignal,
  Signal,
  SignalledChild,
  SignalledChildren,
} from '../ports/publisher.ts';
import type { OperationStore } from '../ports/store.ts';
import type { ListedChild } from '../ports/wait-children.ts';
import type { WaitSummary } from '../ports/waits.ts';
import type { Delivery } from './delivery.ts';

const LISTED_CHILDREN = 100;
/** The total size of the results in a signal. A worker reads further results from the Operations API. */
const MAX_RESULT_BYTES = 512 * 1024;

export function signalStart(
  orchestrator: Orchestrator,
  operation: Operation,
  sending: Sending,
): Promise<void> {
  if (!isCurrent(operation, sending.attempt)) return Promise.resolve();
  const eventId = `signal:start:${operation.name}:${sending.attempt}:${sending.send}`;
  return publish(orchestrator, operation, { kind: 'START', ...work(operation, eventId) });
}

/** Sends the RESUME that makes a worker take the last resort. It belongs to no wait. */
export async function signalCatch(
  orchestrator: Orchestrator,
  operation: Operation,
  sending: Sending,
): Promise<void> {
  const { lastResort } = operation;
  if (!isCurrent(operation, sending.attempt) || !lastResort) return;
  const eventId = `signal:catch:${operation.name}:${sending.attempt}:${sending.send}`;
  await publish(orchestrator, operation, {
    kind: 'RESUME',
    ...work(operation, eventId),
    cause: lastResort.cause,
    children: { counts: {}, first: [], truncated: false },
    notifications: [],
  });
}

export async function signalResume(
  orchestrator: Orchestrator,
  { operation, wait, summary }: Pick<Delivery, 'operation' | 'wait' | 'summary'>,
  waitId: string,
  sending: Partial<Sending>,
): Promise<void> {
  // A worker without attempts expects the RESUME of each wait. One with attempts does not need the RESUME of an earlier
  // wait.
  if (dispatchOf(operation) && sending.attempt !== undefined && !isCurrent(operation, sending.attempt))
    return;
  const known = wait?.waitId === waitId && wait.end ? await summary : undefined;
  const signal = await resumeSignal(
    orchestrator.store,
    operation,
    waitId,
    sending,
    known && wait && { ...known, wait },
  );
  if (signal) await publish(orchestrator, operation, signal);
}

export async function signalCancel(
  orchestrator: Orchestrator,
  operation: Operation,
  { cause, attempt }: { readonly cause: string; readonly attempt?: number },
): Promise<void> {
  const signal: CancelSignal = {
    kind: 'CANCEL',
    ...header(operation, `signal:cancel:${operation.name}:${cause}`),
    ...(attempt !== undefined && { attempt }),
  };
  await publish(orchestrator, operation, signal);
}

/** Publishes the signal with a `traceparent` for the worker: of the current span, or of the operation if there is none. */
function publish(
  { publisher, telemetry }: Orchestrator,
  { trace }: Operation,
  signal: Signal,
): Promise<void> {
  const traceparent = telemetry.traceparent() ?? trace;
  return publisher.publishSignal(traceparent === undefined ? signal : { ...signal, traceparent });
}

/** Reads the children of the wait that a RESUME contains. */
export function readSignalledSummary(store: OperationStore, ref: WaitRef): Promise<WaitSummary | undefined> {
  return store.summary(ref, LISTED_CHILDREN, MAX_RESULT_BYTES);
}

/**
 * The RESUME of a wait that has ended, or undefined if the wait is still open or gone. Each attempt and each send has an
 * event id of its own.
 */
export async function resumeSignal(
  store: OperationStore,
  operation: Operation,
  waitId: string,
  { attempt = attemptNumber(operation.attempts), send = 1 }: Partial<Sending>,
  known?: WaitSummary,
): Promise<ResumeSignal | undefined> {
  const summary = known ?? (await readSignalledSummary(store, { operation: operation.name, waitId }));
  if (!summary?.wait.end) return undefined;
  const { wait, notifications } = summary;
  const cause = wait.end.kind === 'RESUMED' ? wait.end.cause : 'CANCEL';
  return {
    kind: 'RESUME',
    ...work(operation, `signal:resume:${operation.name}:${waitId}:${attempt}:${send}`),
    attempt,
    waitId,
    cause,
    children: childrenOf(summary, wait, cause === 'DEADLINE'),
    notifications,
  };
}

function isCurrent({ attempts }: Operation, attempt: number): boolean {
  return attemptNumber(attempts) === attempt;
}

function header({ name, creation, attempts }: Operation, eventId: string) {
  const created = creation?.value;
  return {
    operation: name,
    method: created?.method ?? '',
    eventId,
    attempt: attemptNumber(attempts),
    labels: created?.labels ?? NO_LABELS,
    parent: created?.parent,
  };
}

function work(operation: Operation, eventId: string) {
  const { creation, resumePoint, checkpoint, tries, lastResort } = operation;
  return {
    ...header(operation, eventId),
    tries,
    resumePoint: resumePoint?.value ?? '',
    checkpoint: checkpoint?.value ?? NO_BYTES,
    input: creation?.value.input,
    error: lastResort?.error,
    leaseMs: dispatchOf(operation)?.leaseMs,
  };
}

const NO_LABELS: Readonly<Record<string, string>> = {};
const NO_BYTES = new Uint8Array();

function childrenOf({ counts, first }: WaitSummary, wait: Wait, timedOut: boolean): SignalledChildren {
  const nameOf = childNames(wait);
  const { PENDING: pending, ...others } = counts;
  const late = timedOut ? 'TIMED_OUT' : 'PENDING';
  return {
    counts: { ...others, ...(pending && { [late]: pending }) },
    first: first.map((child) => signalledChild(child, nameOf(child.key), late)),
    truncated: wait.childCount > first.length || first.some(lacksResult),
  };
}

function lacksResult({ operation, resultOmitted }: ListedChild): boolean {
  return (operation?.omitted ?? resultOmitted) === true;
}

export function signalledChild(
  { outcome, spawnKey, operation, result }: ListedChild,
  name: string,
  late: 'PENDING' | 'TIMED_OUT',
): SignalledChild {
  return {
    name,
    outcome: outcome === 'PENDING' ? late : outcome,
    ...(spawnKey !== undefined && { key: spawnKey }),
    ...resultOf(outcome, operation ?? result),
  };
}

/** The result counts only if the outcome says that the child ended before the wait did. */
function resultOf(
  outcome: ListedChild['outcome'],
  result: ListedChild['operation'] | ListedChild['result'],
): Pick<SignalledChild, 'response' | 'error'> {
  if (!result || outcome === 'PENDING' || outcome === 'NOT_FOUND') return {};
  if ('response' in result && result.response && outcome === 'SUCCEEDED')
    return { response: result.response };
  if ('error' in result && result.error && outcome !== 'SUCCEEDED') return { error: result.error };
  return {};
}
