/** The children that a `waiting` event spawns. */
import { create } from '@bufbuild/protobuf';
import type { Dispatch, SpawnedOperation } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { AllFields } from '../lifecycle/all-fields.ts';
import {
  isOperationId,
  OPERATION_ID_RULE,
  type OperationName,
  operationName,
} from '../lifecycle/operation-name.ts';
import { defaultKey, type SpawnedChild } from '../lifecycle/spawn.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { type CreationContext, creationOf } from './creation.ts';
import { requireAtMost, SPAWN_LIMIT, WORK_LIMIT } from './limits.ts';
import { messageType } from './registry.ts';
import { requirePlainText } from './text.ts';

const MAX_KEY_LENGTH = 256;
/** The dispatch terms of a child that gives none. Every field then has its default. */
const EMPTY_DISPATCH: Dispatch = create(messageType<Dispatch>('lro.v1.Dispatch'));

/**
 * Reads the children to spawn. Each becomes a child of the operation. Without dispatch terms of its own it is
 * dispatched with the defaults.
 *
 * @throws InvalidInput
 */
export function spawnOf(
  spawned: readonly SpawnedOperation[],
  { operation: parent, publishTime, payloads }: CreationContext,
): readonly SpawnedChild[] {
  const names = new Set<OperationName>();
  const keys = new Set<string>();
  let totalBytes = 0;
  return spawned.map((child, index) => {
    const path = `waiting.spawn[${index}]`;
    const name = nameOf(child, parent, path);
    if (names.has(name))
      throw new InvalidInput(`${path}.operationId`, 'must differ from the ids of the other children');
    names.add(name);
    const key = child.key || defaultKey(parent, child.operationId);
    requirePlainText(`${path}.key`, key, MAX_KEY_LENGTH);
    if (keys.has(key))
      throw new InvalidInput(`${path}.key`, 'must differ from the keys of the other children');
    keys.add(key);
    const { creation, metadata } = creationOf(
      {
        method: child.method,
        parent,
        labels: child.labels,
        ttl: child.ttl,
        metadata: child.metadata,
        input: child.input,
        dispatch: child.dispatch ?? EMPTY_DISPATCH,
        timeout: child.timeout,
      },
      { operation: name, publishTime, payloads },
      `${path}.`,
    );
    const bytes = (creation.input?.value.length ?? 0) + (metadata?.value.length ?? 0);
    requireAtMost(`${path}.input`, bytes, WORK_LIMIT, 'bytes, input and metadata together');
    totalBytes += bytes;
    requireAtMost('waiting.spawn', totalBytes, SPAWN_LIMIT, 'bytes of input and metadata');
    return { name, key, creation, metadata, isTakenOver: undefined } satisfies AllFields<SpawnedChild>;
  });
}

function nameOf({ operationId }: SpawnedOperation, parent: OperationName, path: string): OperationName {
  if (!operationId) throw new InvalidInput(`${path}.operationId`, 'is required');
  if (!isOperationId(operationId)) throw new InvalidInput(`${path}.operationId`, OPERATION_ID_RULE);
  const name = operationName(operationId);
  if (name === parent) throw new InvalidInput(`${path}.operationId`, 'must not be the operation itself');
  return name;
}
