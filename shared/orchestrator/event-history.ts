/** Builds the line that an event adds to the history of its operation. */
import type { AllFields } from '../lifecycle/all-fields.ts';
import { attemptNumber } from '../lifecycle/attempt.ts';
import { dedupeKey, type LifecycleEvent } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import type { Applied, Ignored } from '../lifecycle/outcome.ts';
import { startOf } from './ports/failure.ts';
import type { HistoryEntry } from './ports/history-entry.ts';

export function historyEntryOf(
  event: LifecycleEvent,
  outcome: Applied | Ignored,
  recordTime: number,
): HistoryEntry {
  const isIgnored = outcome.outcome === 'ignored';
  const rejection = isIgnored ? undefined : rejectionOf(event);
  return {
    eventId: dedupeKey(event),
    type: event.type,
    occurTime: event.occurTime,
    recordTime,
    outcome: isIgnored ? 'IGNORED' : rejection ? 'REJECTED' : 'APPLIED',
    reason: isIgnored ? outcome.reason : rejection ? undefined : outcome.what,
    attempt: attemptIn(event, outcome),
    worker: event.worker,
    rejection,
    error: errorOf(event),
  } satisfies AllFields<HistoryEntry>;
}

function rejectionOf(event: LifecycleEvent): HistoryEntry['rejection'] {
  if (event.type !== 'rejected') return undefined;
  return { type: event.rejected, field: event.field, reason: event.reason };
}

/** A history line is for people, so its text is bounded. */
const MAX_MESSAGE_LENGTH = 1_000;

function errorOf(event: LifecycleEvent): HistoryEntry['error'] {
  if (event.type !== 'attemptFailed' || !event.error) return undefined;
  const { code, message } = event.error;
  return { code, message: startOf(message, MAX_MESSAGE_LENGTH) };
}

/** The attempt that the event names, made or ended. */
function attemptIn(event: LifecycleEvent, { next }: Applied | Ignored): number | undefined {
  const named = event.type === 'rejected' ? event.of : event.attempt;
  if (named !== undefined) return named;
  const isAboutAttempts = event.type === 'elapsed' || event.type === 'resumed';
  return isAboutAttempts && next && !isTerminal(next) ? attemptNumber(next.attempts) : undefined;
}
