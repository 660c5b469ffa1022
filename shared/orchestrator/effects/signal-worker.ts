/** Sends signals to workers: START, RESUME and CANCEL. */
import type { AllFields } from '../../lifecycle/all-fields.ts';
import { attemptNumber } from '../../lifecycle/attempt.ts';
import type { Sending } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import { dispatchOf } from '../../lifecycle/operation-facts.ts';
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
  return publish(orchestrator, operation, work(operation, eventId));
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
  const signal: ResumeSignal = {
    ...work(operation, eventId),
    kind: 'RESUME',
    cause: lastResort.cause,
    children: { counts: {}, first: [], truncated: false },
    notifications: [],
  };
  await publish(orchestrator, operation, signal);
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
  const current =
    known && wait
      ? { ...known, wait }
      : await readSignalledSummary(orchestrator.store, { operation: operation.name, waitId });
  const signal = resumeSignal(operation, current, sending);
  if (signal) await publish(orchestrator, operation, signal);
}

export async function signalCancel(
  orchestrator: Orchestrator,
  operation: Operation,
  { cause, attempt }: { readonly cause: string; readonly attempt?: number },
): Promise<void> {
  const { name, creation, attempts } = operation;
  const signal: CancelSignal = {
    kind: 'CANCEL',
    operation: name,
    method: creation?.value.method ?? '',
    eventId: `signal:cancel:${name}:${cause}`,
    attempt: attempt ?? attemptNumber(attempts),
    labels: creation?.value.labels ?? NO_LABELS,
    parent: creation?.value.parent,
    traceparent: undefined,
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
export function resumeSignal(
  operation: Operation,
  summary: WaitSummary | undefined,
  { attempt = attemptNumber(operation.attempts), send = 1 }: Partial<Sending>,
): ResumeSignal | undefined {
  if (!summary?.wait.end) return undefined;
  const { wait, notifications } = summary;
  const { waitId } = wait;
  const cause = wait.end.kind === 'RESUMED' ? wait.end.cause : 'CANCEL';
  return {
    ...work(operation, `signal:resume:${operation.name}:${waitId}:${attempt}:${send}`),
    kind: 'RESUME',
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

/** The START of the current attempt. It has the fields of a RESUME as well, so that both have one shape. */
function work(operation: Operation, eventId: string) {
  const { name, creation, attempts, resumePoint, checkpoint, tries, lastResort } = operation;
  const created = creation?.value;
  return {
    kind: 'START' as const,
    operation: name,
    method: created?.method ?? '',
    eventId,
    attempt: attemptNumber(attempts),
    labels: created?.labels ?? NO_LABELS,
    parent: created?.parent,
    traceparent: undefined,
    tries,
    resumePoint: resumePoint?.value ?? '',
    checkpoint: checkpoint?.value ?? NO_BYTES,
    input: created?.input,
    error: lastResort?.error,
    leaseMs: created?.dispatch?.leaseMs,
    waitId: undefined,
    cause: undefined,
    children: undefined,
    notifications: undefined,
  };
}

const NO_LABELS: Readonly<Record<string, string>> = {};
const NO_BYTES = new Uint8Array();

function childrenOf({ counts, first }: WaitSummary, wait: Wait, timedOut: boolean): SignalledChildren {
  const nameOf = childNames(wait);
  const late = timedOut ? 'TIMED_OUT' : 'PENDING';
  return {
    counts: countsOf(counts, late),
    first: first.map((child) => signalledChild(child, nameOf(child.key), late)),
    truncated: wait.childCount > first.length || first.some(lacksResult),
  };
}

/** `late`: the name of the outcome PENDING. */
function countsOf(counts: WaitSummary['counts'], late: 'PENDING' | 'TIMED_OUT'): SignalledChildren['counts'] {
  const { PENDING: pending, ...others } = counts;
  return pending ? { ...others, [late]: pending } : others;
}

function lacksResult({ operation, resultOmitted }: ListedChild): boolean {
  return (operation?.omitted ?? resultOmitted) === true;
}

export function signalledChild(
  { outcome, spawnKey, operation, result }: ListedChild,
  name: string,
  late: 'PENDING' | 'TIMED_OUT',
): SignalledChild {
  const ending: Ending | undefined = operation ?? result;
  const failed = outcome === 'FAILED' || outcome === 'CANCELLED';
  // The result counts only if the outcome says that the child ended before the wait did.
  return {
    name,
    outcome: outcome === 'PENDING' ? late : outcome,
    key: spawnKey,
    response: outcome === 'SUCCEEDED' ? ending?.response : undefined,
    error: failed ? ending?.error : undefined,
  } satisfies AllFields<SignalledChild>;
}

type Ending = Pick<SignalledChild, 'response' | 'error'>;
