import { randomUUID } from 'node:crypto';
import type { AttemptParts } from './attempt-parts.ts';
import type { Failure } from './failure.ts';
import type { Signal } from './signal.ts';
import { wireStatus } from './wire-status.ts';

/** Ends an operation without running a step: its input is invalid, or its wait failed and no step catches the failure. */
export async function endOperation(
  { operation, attempt, leaseMs }: Signal,
  failure: Failure,
  { calls, workerName }: AttemptParts,
): Promise<void> {
  await calls.apply({
    operation,
    eventId: randomUUID(),
    ...(attempt !== undefined && { attempt }),
    ...(leaseMs !== undefined && { worker: workerName }),
    ...failedEvent(failure),
  });
}

/** An operation that was asked to stop is cancelled, not failed. */
export function failedEvent(failure: Failure): object {
  if (failure.reason === 'CANCEL' && failure.code === 'CANCELLED') return { cancelled: {} };
  return { failed: { error: wireStatus(failure) } };
}
