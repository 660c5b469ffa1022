/** Heartbeat: a worker takes an attempt, or reports that it still works on it. */
import type { AllFields } from '../lifecycle/all-fields.ts';
import { type EventOf, RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import { isSetIn } from '../lifecycle/event-order.ts';
import { isTerminal, type LiveOperation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Savepoint } from '../lifecycle/savepoint.ts';
import { commitEvent } from './commit-event.ts';
import { positionAt } from './event-header.ts';
import { existingOperation, requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { InvalidInput } from './ports/failure.ts';

export interface HeartbeatRequest {
  readonly operation: OperationName;
  readonly attempt?: number;
  readonly worker?: string;
  /** The name of the step that takes the last resort, if the worker has one. */
  readonly catchPoint?: string;
}

export interface Lease {
  /** The time until which the worker may be silent, in milliseconds since the epoch. Absent without dispatch. */
  readonly leaseExpireTime?: number;
  /** Whether a cancel was requested and the last resort has not begun: the worker should stop. */
  readonly cancelRequested: boolean;
  /**
   * What was saved in this attempt, if it has no lease and the call names no worker. An attempt without a lease is not followed by another one: its signal is
   * delivered again, and knows nothing of what was saved since.
   */
  readonly savepoint?: Savepoint;
}

/** The attempt has ended, or another worker holds it. The worker's further work has no effect, and it should stop. */
export class StaleAttempt extends InvalidInput {
  constructor(attempt: number | undefined) {
    super('attempt', `${attempt ?? ''} has ended, or another worker holds it`.trim(), 'conflict');
    this.name = 'StaleAttempt';
  }
}

/** All heartbeats share one event id, because a heartbeat leaves no line in the history. */
const HEARTBEAT_ID = `${RESERVED_EVENT_ID_PREFIX}heartbeat`;

/** Returns the lease. Rejects with StaleAttempt, or with OperationNotFound if the operation does not exist. */
export async function heartbeatOperation(
  orchestrator: Orchestrator,
  { operation: name, attempt, worker, catchPoint }: HeartbeatRequest,
): Promise<Lease> {
  const now = orchestrator.now();
  const outcome = await commitEvent(
    orchestrator,
    {
      operation: name,
      eventId: HEARTBEAT_ID,
      occurTime: now,
      publishTime: now,
      position: positionAt(now),
      attempt,
      worker: worker || undefined,
      traceparent: undefined,
      type: 'heartbeat',
      catchPoint: catchPoint || undefined,
    } satisfies AllFields<EventOf<'heartbeat'>>,
    (operation) => requireExisting(operation, name),
  );
  if (outcome.kind === 'ignored' && outcome.reason === 'STALE_ATTEMPT') throw new StaleAttempt(attempt);
  const held = outcome.operation ?? (await existingOperation(orchestrator, name));
  requireExisting(held, name);
  return leaseOf(held, attempt, worker);
}

function leaseOf(operation: LiveOperation, attempt: number | undefined, worker: string | undefined): Lease {
  if (isTerminal(operation)) throw new StaleAttempt(attempt);
  const { cancelRequest, lastResort } = operation;
  // The last resort answers the cancel request, so it is not asked to stop.
  const cancelRequested = cancelRequest === 'REQUESTED' && !lastResort;
  const handover = operation.state === 'RUNNING' ? operation.handover : undefined;
  const leaseExpireTime = handover?.kind === 'LEASED' ? handover.leaseExpireTime : undefined;
  const isKept = worker || leaseExpireTime !== undefined;
  return { leaseExpireTime, cancelRequested, savepoint: isKept ? undefined : savedIn(operation, attempt) };
}

function savedIn({ checkpoint, resumePoint }: LiveOperation, attempt = 0): Savepoint {
  return {
    checkpoint: isSetIn(attempt, checkpoint) ? checkpoint?.value : undefined,
    resumePoint: isSetIn(attempt, resumePoint) ? resumePoint?.value : undefined,
  };
}
