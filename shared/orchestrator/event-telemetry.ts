/** The telemetry of events: a span for each event, and metrics of the event and of what it changed. */
import { attemptNumber } from '../lifecycle/attempt.ts';
import { isOwnEvent, type LifecycleEvent } from '../lifecycle/event.ts';
import { isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { Wait } from '../lifecycle/wait.ts';
import type { CommittedEvent } from './committed-event.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Change, Committed } from './ports/commit.ts';

const SECOND_MS = 1_000;

/** Applies the event within a span of its trace. The event that is committed has the `traceparent` of that span. */
export function applyInSpan(
  { telemetry }: Orchestrator,
  event: LifecycleEvent,
  apply: (event: LifecycleEvent) => Promise<CommittedEvent>,
): Promise<CommittedEvent> {
  if (!telemetry.isOn) return apply(event);
  const { type, operation, eventId, attempt, worker } = event;
  const options = {
    kind: isOwnEvent(event.type) ? ('internal' as const) : ('consumer' as const),
    trace: event.traceparent,
    // A resume is a part of what caused it, and follows from what began the wait.
    links: event.type === 'resumed' ? [event.waitTrace] : [],
    attributes: {
      'lro.operation': operation,
      'lro.event.type': type,
      'lro.event.id': eventId,
      'lro.attempt': attempt,
      'lro.worker': worker,
      'lro.wait.id': event.type === 'resumed' ? event.waitId : undefined,
      'lro.resume.cause': event.type === 'resumed' ? event.cause : undefined,
    },
  };
  return telemetry.span(`apply ${type}`, options, async (span) => {
    const outcome = await apply({ ...event, traceparent: span.traceparent });
    span.set({ 'lro.event.outcome': outcomeOf(outcome) });
    return outcome;
  });
}

/** Counts an event by its outcome: applied, ignored or duplicate. Of an applied event it also counts what was changed. */
export function countEvent(
  { telemetry, now }: Orchestrator,
  event: LifecycleEvent,
  outcome: CommittedEvent,
  { snapshot, change }: Committed<Change | undefined>,
): void {
  if (!telemetry.isOn) return;
  const { type } = event;
  telemetry.count(
    'lro.events',
    outcome.kind === 'ignored'
      ? { type, outcome: outcomeOf(outcome), reason: outcome.reason }
      : { type, outcome: outcomeOf(outcome) },
  );
  if (outcome.kind !== 'applied') return;
  if (!isOwnEvent(event.type))
    telemetry.record('lro.event.lag', (now() - event.publishTime) / SECOND_MS, { type });
  countAttempts(telemetry, snapshot.operation, outcome.operation, change);
  const end = change?.ended?.end ?? change?.begun?.wait.end;
  if (end?.kind === 'RESUMED') telemetry.count('lro.resumes', { cause: end.cause, by: end.by });
}

function countAttempts(
  telemetry: Orchestrator['telemetry'],
  before: Operation | undefined,
  after: Operation,
  change: Change | undefined,
): void {
  const method = (after.creation ?? before?.creation)?.value.method ?? '';
  if (change?.history?.reason === 'LEASE_LOST') telemetry.count('lro.leases.lost', { method });
  const begun = attemptNumber(after.attempts) - (before ? attemptNumber(before.attempts) : 0);
  if (begun > 0 && !isTerminal(after)) {
    telemetry.count('lro.attempts', { method, again: after.tries > 1 });
  }
}

/** Counts an event that broke a rule, whether or not its operation exists. */
export function countRejection({ telemetry }: Orchestrator, type: string): void {
  telemetry.count('lro.events', { type, outcome: 'REJECTED' });
}

/**
 * How long it took to resume the operation. `since` is the publish time of the event that ended the wait, where it is known:
 * the workflow and `sweep` do not know which child was the last.
 */
export function recordResumeLatency(
  { telemetry, now }: Orchestrator,
  wait: Wait | undefined,
  since: number | undefined,
): void {
  if (!telemetry.isOn || wait?.end?.kind !== 'RESUMED') return;
  const { cause, by } = wait.end;
  const began = cause === 'SLEEP' ? wait.sleepUntil : cause === 'DEADLINE' ? wait.deadline : since;
  if (began === undefined) return;
  telemetry.record('lro.resume.latency', (now() - began) / SECOND_MS, { cause, by });
}

function outcomeOf({ kind }: CommittedEvent): string {
  return kind.toUpperCase();
}
