/** Begins a bulk operation: one operation that cancels, reruns or deletes many. Its effect `runBulk` then does the work. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESERVED_EVENT_ID_PREFIX } from '../../lifecycle/event.ts';
import type { LiveOperation } from '../../lifecycle/operation.ts';
import { isOperationName, OPERATION_NAME_RULE, operationName } from '../../lifecycle/operation-name.ts';
import { encodeBulkProgress, newBulkProgress } from '../../messages/bulk-progress.ts';
import { commitEvent } from '../commit-event.ts';
import type { CommittedEvent } from '../committed-event.ts';
import { ALWAYS, type Condition } from '../condition.ts';
import { deliver } from '../effects/deliver.ts';
import { deliverOwn } from '../effects/deliver-outbox.ts';
import { headerAt } from '../event-header.ts';
import { createdOperation, requireFree } from '../new-operation.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { BULK_METHOD_PREFIX, type BulkWork, bulkMethod, encodeBulkWork } from './bulk-work.ts';

export interface BulkBegin extends Omit<BulkWork, 'condition'> {
  /** The text of the filter, which the metadata shows to people. The work itself uses `condition`. */
  readonly filter: string;
  readonly condition: Condition;
  /**
   * The condition that bounds which operations the caller may see and change. The new operation satisfies it as well, so
   * that the caller can poll it.
   */
  readonly visible: Condition;
  /** AIP-155: the same request id gives the same operation. */
  readonly requestId?: string;
}

export interface BegunBulk {
  readonly operation: LiveOperation;
  /** Resolves when this call has delivered the effect. `sweep` continues work that is left. Rejects with a Failure. */
  readonly underWay: Promise<void>;
}

export async function beginBulk(orchestrator: Orchestrator, request: BulkBegin): Promise<BegunBulk> {
  const { kind, filter, condition, visible, requestId = randomUUID(), validateOnly } = request;
  const { prefix, labels } = seenUnder(visible);
  // A count is not the change itself, so it does not use up the request id of the change. A caller that may see other operations
  // does not get the operation of this one by its request id.
  const seen = visible === ALWAYS ? '' : `${JSON.stringify(visible)}/`;
  const identity = `${validateOnly ? 'validateOnly/' : ''}${kind}/${seen}${requestId}`;
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  const name = operationName(`${prefix}bulk-${kind}-${id}`);
  if (!isOperationName(name))
    throw new Failure('permanent', `The name of the bulk operation, ${name}, ${OPERATION_NAME_RULE}`);
  const now = orchestrator.now();
  const work: BulkWork = {
    kind,
    condition: createdBy(now, [visible, condition]),
    validateOnly,
    from: request.from,
    failedChildrenOnly: request.failedChildrenOnly,
  };
  const outcome = await commitEvent(
    orchestrator,
    {
      ...headerAt(now, name, `${RESERVED_EVENT_ID_PREFIX}bulk:${requestId}`),
      type: 'created',
      creation: {
        method: bulkMethod(kind),
        labels,
        input: encodeBulkWork(work),
      },
      metadata: encodeBulkProgress(newBulkProgress(filter, validateOnly)),
      isOwnWork: true,
    },
    requireFree(name),
  );
  const operation = createdOperation(outcome, name);
  // Operations that are created after the answer must have a later createTime than `now`, so that they do not match.
  if (orchestrator.now() === now) await sleep(1);
  return {
    operation,
    underWay: delivered(orchestrator, outcome),
  };
}

function delivered(orchestrator: Orchestrator, outcome: CommittedEvent): Promise<void> {
  if (outcome.kind === 'applied') return deliver(orchestrator, outcome.delivery);
  const isOwn = outcome.kind === 'duplicate' && outcome.mayBeOwn;
  return isOwn ? deliverOwn(orchestrator, outcome.operation.name) : Promise.resolve();
}

/** The conditions, limited to operations that were created by `now` and are not bulk operations. */
function createdBy(now: number, conditions: readonly Condition[]): Condition {
  return {
    kind: 'all',
    of: [
      ...conditions.filter((condition) => condition !== ALWAYS),
      { kind: 'time', subject: 'createTime', relation: '<=', value: now },
      {
        kind: 'not',
        of: { kind: 'text', subject: 'method', relation: 'startsWith', value: BULK_METHOD_PREFIX },
      },
    ],
  };
}

/**
 * The id prefix and the labels that make `visible` true of a new operation. It reads only comparisons of a name prefix
 * and of labels, and of an `any` only the first alternative.
 */
function seenUnder(visible: Condition): { prefix: string; labels: Readonly<Record<string, string>> } {
  const [first = visible] = visible.kind === 'any' ? visible.of : [];
  const parts = first.kind === 'all' ? first.of : [first];
  let prefix = '';
  const labels: Record<string, string> = {};
  for (const part of parts) {
    if (part.kind !== 'text') continue;
    const { subject, relation, value } = part;
    if (subject === 'name' && relation === 'startsWith') prefix = value.replace(/^operations\//, '');
    if (subject.startsWith('labels.') && relation === '=') labels[subject.slice('labels.'.length)] = value;
  }
  return { prefix, labels };
}
