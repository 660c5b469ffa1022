/** Reruns a terminal operation as a new operation. The old one does not change. */
import { randomUUID } from 'node:crypto';
import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import { isTerminal, type LiveOperation, type TerminalOperation } from '../lifecycle/operation.ts';
import type { Creation } from '../lifecycle/operation-facts.ts';
import { type OperationName, operationName } from '../lifecycle/operation-name.ts';
import type { Restart } from '../lifecycle/restart.ts';
import { clampTime } from '../lifecycle/time-range.ts';
import { applyEvent } from './apply-event.ts';
import { headerAt } from './event-header.ts';
import { existingOperation } from './existing-operation.ts';
import { createdOperation, isFree, OperationAlreadyExists, requireFree } from './new-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';
import { nameOfRun } from './rerun/free-names.ts';
import { restartOf } from './rerun/restart-of.ts';

export interface RerunRequest {
  readonly operation: OperationName;
  readonly from: 'START' | 'RESUME_POINT';
  readonly failedChildrenOnly: boolean;
  /** Default: `{id}~2`, `~3`, and so on. */
  readonly operationId?: string;
  /** AIP-155: the same request id gives the same operation. */
  readonly requestId?: string;
}

/**
 * Returns the new operation. Rejects with OperationNotFound, with OperationAlreadyExists if `operationId` is taken, and
 * with the kind `precondition` if the operation still runs or cannot begin at the requested point.
 */
export async function rerunOperation(
  orchestrator: Orchestrator,
  request: RerunRequest,
): Promise<LiveOperation> {
  const earlier = await existingOperation(orchestrator, request.operation);
  if (!isTerminal(earlier)) {
    throw new Failure(
      'precondition',
      `${earlier.name} is ${earlier.state}: only a terminal operation can be rerun`,
    );
  }
  const eventId = `${RESERVED_EVENT_ID_PREFIX}rerun:${request.requestId ?? randomUUID()}`;
  const run: Run = { earlier, request, eventId };
  if (request.operationId !== undefined) {
    const name = operationName(request.operationId);
    orchestrator.policy.tenants.requireSame('operationId', earlier.name, name);
    return begin(orchestrator, run, name);
  }
  for (let number = 2; ; number++) {
    try {
      return await begin(orchestrator, run, nameOfRun(earlier.name, number));
    } catch (error) {
      // A rerun by another request has this name.
      if (!(error instanceof OperationAlreadyExists)) throw error;
    }
  }
}

/** What every try to begin the new operation has in common: only its name differs. */
interface Run {
  readonly earlier: TerminalOperation;
  readonly request: RerunRequest;
  readonly eventId: string;
}

async function begin(
  orchestrator: Orchestrator,
  { earlier, request, eventId }: Run,
  name: OperationName,
): Promise<LiveOperation> {
  const held = await orchestrator.store.operation(name);
  // A repeated request may find an operation of its own or of another request. The commit decides which.
  const restart = isFree(held) ? await restartFor(orchestrator, earlier, request, name) : undefined;
  const now = orchestrator.now();
  const outcome = await applyEvent(
    orchestrator,
    {
      ...headerAt(now, name, eventId),
      type: 'created',
      creation: creationOf(earlier, request, now),
      restart,
    },
    requireFree(name),
  );
  return createdOperation(outcome, name);
}

/** Returns the saved work that the new operation begins with, or undefined if it begins at the start. */
async function restartFor(
  orchestrator: Orchestrator,
  earlier: TerminalOperation,
  { from, failedChildrenOnly }: RerunRequest,
  name: OperationName,
): Promise<Restart | undefined> {
  if (from === 'RESUME_POINT') return restartOf(orchestrator, earlier, name, failedChildrenOnly);
  if (!earlier.creation?.value.dispatch) {
    throw new Failure(
      'precondition',
      `${earlier.name} was created without dispatch, so the orchestrator cannot start a worker for it`,
    );
  }
  return undefined;
}

/** The creation of the new operation. It has no parent, because a parent that still waits is waiting for the old operation. */
function creationOf(
  { name, creation }: TerminalOperation,
  { failedChildrenOnly }: RerunRequest,
  now: number,
): Creation {
  const { method = '', labels = {}, ttl, input, dispatch, timeoutMs } = creation?.value ?? {};
  const deadline = timeoutMs === undefined ? undefined : clampTime(now + timeoutMs);
  return {
    method,
    parent: undefined,
    labels,
    ttl,
    input,
    dispatch,
    timeoutMs,
    deadline,
    rerunOf: name,
    keepsSucceeded: failedChildrenOnly ? true : undefined,
  };
}
