/** What workers are told: go on, or stop. */
import type { Operation } from '../lifecycle/operation.ts';
import { type ChildOutcome, type EndedWait, externalKey, type Wait } from '../lifecycle/wait.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { CancelSignal, ResumeSignal, SignalledOutcome } from './publisher.ts';
import type { Child, OperationStore } from './store.ts';

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
  const outcomeOf = (outcome: SignalledOutcome) =>
    outcome === 'PENDING' && timedOut ? 'TIMED_OUT' : outcome;
  const names = new Map(wait.externals.map((external) => [externalKey(external), external.name]));
  const first = await store.children(wait, LISTED_CHILDREN);
  // Where the first are all there are, they are also all that there is to count.
  const counts = wait.childCount <= LISTED_CHILDREN ? countsOf(first) : await store.outcomeCounts(wait);
  return {
    counts: Object.fromEntries(
      Object.entries(counts).map(([outcome, count]) => [outcomeOf(outcome as SignalledOutcome), count]),
    ),
    first: first.map(({ key, outcome }) => ({ name: names.get(key) ?? key, outcome: outcomeOf(outcome) })),
  };
}

function countsOf(children: readonly Child[]): Partial<Record<ChildOutcome, number>> {
  const counts: Partial<Record<ChildOutcome, number>> = {};
  for (const { outcome } of children) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
