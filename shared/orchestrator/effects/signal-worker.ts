/** What workers are told: go on, or stop. */
import type { Operation } from '../../lifecycle/operation.ts';
import { type ChildOutcome, childNames, type EndedWait, type Wait } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { CancelSignal, ResumeSignal } from '../ports/publisher.ts';
import type { Child, OperationStore } from '../ports/store.ts';

const LISTED_CHILDREN = 100;

export async function signalResume(
  { publisher, store }: Orchestrator,
  operation: Operation,
  wait: Wait | undefined,
): Promise<void> {
  if (wait?.end) await publisher.publishSignal(await resumeSignal(store, operation, wait));
}

export async function signalCancel(
  { publisher }: Orchestrator,
  operation: Operation,
  cause: string,
): Promise<void> {
  const signal: CancelSignal = {
    kind: 'CANCEL',
    operation: operation.name,
    method: operation.creation?.value.method ?? '',
    eventId: `signal:cancel:${cause}`,
  };
  await publisher.publishSignal(signal);
}

export async function resumeSignal(
  store: OperationStore,
  operation: Operation,
  wait: EndedWait,
): Promise<ResumeSignal> {
  const { name, creation, resumePoint, checkpoint } = operation;
  const cause = wait.end.kind === 'RESUMED' ? wait.end.cause : 'CANCEL';
  return {
    kind: 'RESUME',
    operation: name,
    method: creation?.value.method ?? '',
    eventId: `signal:resume:${wait.waitId}`,
    waitId: wait.waitId,
    cause,
    resumePoint: resumePoint?.value ?? '',
    checkpoint: checkpoint?.value ?? new Uint8Array(),
    children: await childrenOf(store, wait, cause === 'DEADLINE'),
  };
}

async function childrenOf(
  store: OperationStore,
  wait: EndedWait,
  timedOut: boolean,
): Promise<ResumeSignal['children']> {
  if (wait.childCount === 0) return { counts: {}, first: [] };
  const children = await store.children(wait, LISTED_CHILDREN);
  // Where the first are all there are, they are also all that there is to count.
  const counts = wait.childCount <= LISTED_CHILDREN ? countsOf(children) : await store.outcomeCounts(wait);
  const nameOf = childNames(wait);
  const first = children.map(({ key, outcome }) => ({ name: nameOf(key), outcome }));
  return timedOut ? atDeadline(counts, first) : { counts, first };
}

/** A child that is pending when the deadline ends its wait has timed out. */
function atDeadline(
  { PENDING: pending, ...counts }: Counts,
  first: readonly { readonly name: string; readonly outcome: ChildOutcome }[],
): ResumeSignal['children'] {
  return {
    counts: { ...counts, ...(pending && { TIMED_OUT: pending }) },
    first: first.map(({ name, outcome }) => ({
      name,
      outcome: outcome === 'PENDING' ? 'TIMED_OUT' : outcome,
    })),
  };
}

type Counts = Partial<Record<ChildOutcome, number>>;

function countsOf(children: readonly Child[]): Counts {
  const counts: Counts = {};
  for (const { outcome } of children) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
