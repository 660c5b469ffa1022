/** Begins an operation over many operations: the outbox drives it from then on. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESERVED_EVENT_ID_PREFIX } from '../../lifecycle/event.ts';
import { isDeleted, type LiveOperation } from '../../lifecycle/operation.ts';
import { isOperationName, operationName } from '../../lifecycle/operation-name.ts';
import { encodeBulkProgress, newBulkProgress } from '../../messages/bulk-progress.ts';
import { commitEvent } from '../commit-event.ts';
import { ALWAYS, type Condition } from '../condition.ts';
import { OperationAlreadyExists } from '../create-operation.ts';
import { deliver } from '../effects/deliver.ts';
import { headerAt } from '../event-header.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { BULK_METHOD_PREFIX, type BulkWork, bulkMethod, encodeBulkWork } from './bulk-work.ts';

export interface BulkBegin extends Omit<BulkWork, 'condition'> {
  /** As the caller gave it, for people. */
  readonly filter: string;
  readonly condition: Condition;
  /** True of all operations that the caller may change, and of the new one, so that the caller can poll it. */
  readonly visible: Condition;
  /** AIP-155: the same request id gives the same operation. */
  readonly requestId?: string;
}

export interface BegunBulk {
  readonly operation: LiveOperation;
  /** Resolves when this process has nothing more to do with it; `sweep` goes on with what is left. */
  readonly underWay: Promise<void>;
}

export async function beginBulk(orchestrator: Orchestrator, request: BulkBegin): Promise<BegunBulk> {
  const { filter, condition, visible, requestId = randomUUID(), ...work } = request;
  const { prefix, labels } = seenUnder(visible);
  const id = createHash('sha256').update(`${work.kind}/${requestId}`).digest('hex').slice(0, 32);
  const name = operationName(`${prefix}bulk-${work.kind}-${id}`);
  if (!isOperationName(name)) throw new Failure('permanent', `${name} is no name of an operation`);
  const now = orchestrator.now();
  const outcome = await commitEvent(
    orchestrator,
    {
      ...headerAt(now, name, `${RESERVED_EVENT_ID_PREFIX}bulk:${requestId}`),
      type: 'created',
      creation: {
        ...{ method: bulkMethod(work.kind), labels },
        input: encodeBulkWork({ ...work, condition: createdBy(now, [visible, condition]) }),
      },
      metadata: encodeBulkProgress(newBulkProgress(filter, work.validateOnly)),
      isOwnWork: true,
    },
    (existing) => {
      if (existing && (existing.creation || isDeleted(existing))) throw new OperationAlreadyExists(name);
    },
  );
  if (outcome.kind === 'ignored') throw new Failure('permanent', `${name} could not be created`);
  const { operation } = outcome;
  if (isDeleted(operation)) throw new OperationAlreadyExists(name);
  // What is created after the answer is created later than the call.
  if (orchestrator.now() === now) await sleep(1);
  return {
    operation,
    underWay: outcome.kind === 'applied' ? deliver(orchestrator, outcome.delivery) : Promise.resolve(),
  };
}

/** What was there before the call, but for operations of this kind. */
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

/** What an operation needs for the condition to be true of it, where the condition is one of names and labels. */
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
