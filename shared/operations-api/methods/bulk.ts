/** Calls over all operations that a filter matches. Each call is itself an operation, which can be polled and cancelled. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkRequest } from '../../../proto/generated/lro/v1/calls_pb.js';
import { messageFromJson } from '../../messages/json.ts';
import { operationToJson, operationView } from '../../messages/operation.ts';
import { messageType } from '../../messages/registry.ts';
import { beginBulk } from '../../orchestrator/bulk/begin-bulk.ts';
import { BULK_KINDS, type BulkKind } from '../../orchestrator/bulk/bulk-work.ts';
import { existingOperation } from '../../orchestrator/existing-operation.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { logFault } from '../fault-log.ts';
import { parseFilter } from '../filter/filter.ts';
import { checkedRequestId } from '../request-id.ts';
import type { AnsweringMethod } from './method.ts';
import { placeOf } from './rerun.ts';

const requestType = messageType<BulkRequest>('lro.v1.BulkRequest');

/** A small bulk operation is done when the call is answered. A large one continues after the answer. */
const GRACE_MS = 100;

export const BULK_METHODS: readonly AnsweringMethod[] = BULK_KINDS.map(bulk);

function bulk(kind: BulkKind): AnsweringMethod {
  return {
    http: 'POST',
    path: `/v1/operations:${kind}`,
    action: 'administer',
    async answer({ orchestrator, visible, body }) {
      const { filter, requestId, validateOnly, from, failedChildrenOnly } = messageFromJson(
        requestType,
        body ?? {},
      );
      if (filter.trim() === '') throw new InvalidInput('filter', 'must not be empty');
      if (kind !== 'rerun' && from !== 0) throw new InvalidInput('from', 'must be given only with :rerun');
      if (kind !== 'rerun' && failedChildrenOnly) {
        throw new InvalidInput('failedChildrenOnly', 'must be given only with :rerun');
      }
      const { operation, underWay } = await beginBulk(orchestrator, {
        kind,
        filter,
        condition: parseFilter(filter),
        visible,
        validateOnly,
        failedChildrenOnly,
        from: placeOf(from),
        requestId: checkedRequestId(requestId),
      });
      // The outbox keeps work that fails now, and `sweep` continues it.
      await Promise.race([underWay.catch(logFault), sleep(GRACE_MS)]);
      return operationToJson(operationView(await existingOperation(orchestrator, operation.name)));
    },
  };
}
