/** Creates an operation synchronously, so that an API method can return an operation that can be polled. */

import { createHash, randomUUID } from 'node:crypto';
import type { AllFields } from '../lifecycle/all-fields.ts';
import { type EventOf, RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import type { LiveOperation } from '../lifecycle/operation.ts';
import type { Creation } from '../lifecycle/operation-facts.ts';
import { operationName } from '../lifecycle/operation-name.ts';
import type { AnyValue } from '../lifecycle/result.ts';
import { applyEvent } from './apply-event.ts';
import { positionAt } from './event-header.ts';
import { createdOperation, requireFree } from './new-operation.ts';
import type { Orchestrator } from './orchestrator.ts';

export interface CreateRequest {
  /** Default: the service chooses the id. */
  readonly operationId?: string;
  /** AIP-155: the same request id gives the same operation. */
  readonly requestId?: string;
  readonly creation: Creation;
  readonly metadata?: AnyValue;
  /** The W3C `traceparent` that the operation belongs to. */
  readonly trace?: string;
}

/**
 * Rejects with OperationAlreadyExists if another request has created an operation with that id, and with
 * ForeignOperation if the parent belongs to another tenant.
 */
export async function createOperation(
  orchestrator: Orchestrator,
  { operationId, requestId, creation, metadata, trace }: CreateRequest,
): Promise<LiveOperation> {
  const { tenants } = orchestrator.policy;
  const { parent } = creation;
  const operation = operationName(
    operationId ?? tenants.idFrom(parent, (attempt) => candidateId(requestId, attempt)),
  );
  tenants.requireSame('parent', operation, parent);
  const eventId = `${RESERVED_EVENT_ID_PREFIX}create:${requestId ?? randomUUID()}`;
  const now = orchestrator.now();
  const outcome = await applyEvent(
    orchestrator,
    {
      operation,
      eventId,
      occurTime: now,
      publishTime: now,
      position: positionAt(now),
      attempt: undefined,
      worker: undefined,
      traceparent: trace,
      type: 'created',
      creation,
      metadata,
      restart: undefined,
      isOwnWork: undefined,
    } satisfies AllFields<EventOf<'created'>>,
    requireFree(operation),
  );
  return createdOperation(outcome, operation);
}

/**
 * The id is derived from the request id, so that a repeated request finds the operation that it created the first time.
 */
function candidateId(requestId: string | undefined, attempt: number): string {
  if (requestId === undefined) return randomUUID();
  const text = attempt === 0 ? requestId : `${requestId}\n${attempt}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
