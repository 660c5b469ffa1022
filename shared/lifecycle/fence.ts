/** The fence: decides whether an event that names an attempt still counts, so that the events of two workers do not mix. */
import { attemptNumber, attemptOf } from './attempt.ts';
import type { EventHeader, EventType } from './event.ts';
import type { LiveOperation } from './operation.ts';

export type Verdict =
  /** The event counts in full. */
  | 'COUNTS'
  /** The attempt's worker has already ended it. The event's data is merged, and nothing else changes. */
  | 'LATE'
  /** The attempt has ended, or another worker holds it. */
  | 'STALE'
  /** The orchestrator never made such an attempt. */
  | 'UNKNOWN';

/** Events that are not about an attempt: they neither take it nor renew its lease. */
const APART: ReadonlySet<EventType> = new Set(['created', 'cancelRequested', 'notified', 'rejected']);
const TERMINAL: ReadonlySet<EventType> = new Set(['succeeded', 'failed', 'cancelled']);
const KEPT_WHEN_LATE: ReadonlySet<EventType> = new Set(['progressed', 'checkpointed']);

/** Whether the event takes the attempt that it names, or renews its lease. */
export function isOfAttempt(event: Pick<EventHeader, 'attempt'> & { type: EventType }): boolean {
  return event.attempt !== undefined && !APART.has(event.type);
}

export function verdictOf(
  operation: LiveOperation,
  event: Pick<EventHeader, 'attempt' | 'worker'> & { type: EventType },
): Verdict {
  const { attempt: number, worker, type } = event;
  if (number === undefined || APART.has(type)) return 'COUNTS';
  const current = attemptNumber(operation.attempts);
  if (number > current) return 'UNKNOWN';
  const attempt = attemptOf(operation.attempts, number);
  if (!attempt) return 'STALE';
  if (worker !== undefined && attempt.worker !== undefined && attempt.worker !== worker) return 'STALE';
  if (number === current && (attempt.end === undefined || TERMINAL.has(type))) return 'COUNTS';
  const byItsOwnWord = attempt.end === 'WAITING' || attempt.end === 'FAILED' || attempt.end === 'RELEASED';
  if (byItsOwnWord && KEPT_WHEN_LATE.has(type)) return 'LATE';
  if (type === 'waiting' && number === current && operation.state === 'WAITING') return 'COUNTS';
  return 'STALE';
}
