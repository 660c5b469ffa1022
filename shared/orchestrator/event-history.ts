/** Builds the line that an event adds to the history of its operation. */
import { attemptNumber } from '../lifecycle/attempt.ts';
import { dedupeKey, type LifecycleEvent } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import type { Applied, Ignored } from '../lifecycle/outcome.ts';
import { startOf } from './ports/failure.ts';
import type { HistoryEntry } from './ports/store.ts';

export function historyEntryOf(
  event: LifecycleEvent,
  outcome: Applied | Ignored,
  recordTime: number,
): HistoryEntry {
  const { type, occurTime, worker } = event;
  const line = {
    eventId: dedupeKey(event),
    type,
    occurTime,
    recordTime,
    ...(worker !== undefined && { worker }),
    ...attemptIn(event, outcome),
    ...errorOf(event),
  };
  if (outcome.outcome === 'ignored') return { ...line, outcome: 'IGNORED', reason: outcome.reason };
  if (event.type === 'rejected') {
    const { rejected, field, reason } = event;
    return { ...line, outcome: 'REJECTED', rejection: { type: rejected, field, reason } };
  }
  return { ...line, outcome: 'APPLIED', ...(outcome.what && { reason: outcome.what }) };
}

/** A history line is for people, so its text is bounded. */
const MAX_MESSAGE_LENGTH = 1_000;

function errorOf(event: LifecycleEvent): Pick<HistoryEntry, 'error'> {
  if (event.type !== 'attemptFailed' || !event.error) return {};
  const { code, message } = event.error;
  return { error: { code, message: startOf(message, MAX_MESSAGE_LENGTH) } };
}

/** The attempt that the event names, made or ended. */
function attemptIn(event: LifecycleEvent, { next }: Applied | Ignored): Pick<HistoryEntry, 'attempt'> {
  const named = event.type === 'rejected' ? event.of : event.attempt;
  if (named !== undefined) return { attempt: named };
  const isAboutAttempts = event.type === 'elapsed' || event.type === 'resumed';
  return isAboutAttempts && next && !isTerminal(next) ? { attempt: attemptNumber(next.attempts) } : {};
}
