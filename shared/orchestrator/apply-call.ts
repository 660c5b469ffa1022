/** A worker's event that comes by a call: answered when it is applied, or refused. */
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { applyEvent } from './apply-event.ts';
import { StaleAttempt } from './heartbeat-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { InvalidInput } from './ports/failure.ts';
import { rejectEvent, type UnappliedEvent } from './reject-event.ts';
import { ForeignOperation } from './tenants.ts';

export interface AppliedCall {
  /** Whether the event changed the operation; a repeat of one that did counts as well. */
  readonly applied: boolean;
  /** Why it did not. */
  readonly reason?: string;
}

/**
 * Rejects with StaleAttempt, with ForeignOperation, and with an InvalidInput for an event that breaks a rule, which the
 * history then keeps.
 */
export async function applyCall(orchestrator: Orchestrator, event: LifecycleEvent): Promise<AppliedCall> {
  try {
    orchestrator.policy.tenants?.requireOneTenant(event);
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

/** What the history does not keep: the word of a worker that has lost the operation, or of another tenant. */
function isForCallerOnly(error: InvalidInput): boolean {
  return error instanceof StaleAttempt || error instanceof ForeignOperation;
}

function unapplied({ operation, attempt, worker, eventId, type }: LifecycleEvent): UnappliedEvent {
  return { operation, attempt, worker, type: type as UnappliedEvent['type'], deliveryId: eventId };
}
