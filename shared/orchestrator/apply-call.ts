/**
 * Applies a worker's event that comes by an API call. The caller gets an answer when the event is applied, or a
 * refusal.
 */
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { applyEvent } from './apply-event.ts';
import { StaleAttempt } from './heartbeat-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { InvalidInput } from './ports/failure.ts';
import { rejectEvent, type UnappliedEvent } from './reject-event.ts';
import { ForeignOperation } from './tenants.ts';

export interface AppliedCall {
  /** Whether the event changed the operation, now or as an earlier copy of it. */
  readonly applied: boolean;
  /** Why it changed nothing. */
  readonly reason?: string;
}

/**
 * Rejects with StaleAttempt, with ForeignOperation, or with InvalidInput for an event that breaks a rule. The history
 * records an event that breaks a rule, and neither of the other two.
 */
export async function applyCall(orchestrator: Orchestrator, event: LifecycleEvent): Promise<AppliedCall> {
  try {
    orchestrator.policy.tenants.requireOneTenant(event);
    const outcome = await applyEvent(orchestrator, event);
    if (outcome.kind !== 'ignored') return { applied: true };
    if (outcome.reason === 'STALE_ATTEMPT') throw new StaleAttempt(event.attempt);
    return { applied: false, reason: outcome.reason };
  } catch (error) {
    if (error instanceof InvalidInput && !isForCallerOnly(error)) {
      await rejectEvent(orchestrator, unapplied(event), { field: error.field, reason: error.rule });
    }
    throw error;
  }
}

/** Refusals that the history does not keep: the worker has lost the operation, or the event is from another tenant. */
function isForCallerOnly(error: InvalidInput): boolean {
  return error instanceof StaleAttempt || error instanceof ForeignOperation;
}

function unapplied({ operation, attempt, worker, eventId, type }: LifecycleEvent): UnappliedEvent {
  return { operation, attempt, worker, type: type as UnappliedEvent['type'], deliveryId: eventId };
}
