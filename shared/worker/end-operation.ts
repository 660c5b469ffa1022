import { attemptEvent } from './attempt-event.ts';
import type { AttemptParts } from './attempt-parts.ts';
import type { Failure } from './failure.ts';
import type { Occurrence } from './operation-calls.ts';
import type { Signal } from './signal.ts';
import { wireStatus } from './wire-status.ts';

/** Ends an operation without running a step: its input is invalid, or its wait failed and no step catches the failure. */
export async function endOperation(
  signal: Signal,
  failure: Failure,
  { calls, workerName }: AttemptParts,
): Promise<void> {
  const origin = { workerName, sequence: undefined, traceparent: undefined };
  await calls.apply(attemptEvent(signal, origin, failedEvent(failure)));
}

/** An operation that was asked to stop is cancelled, not failed. */
export function failedEvent(failure: Failure): Occurrence {
  if (failure.reason === 'CANCEL' && failure.code === 'CANCELLED') return { cancelled: {} };
  return { failed: { error: wireStatus(failure) } };
}
