import type { RerunRequest, RerunRequest_From } from '../../../proto/generated/lro/v1/calls_pb.js';
import { isOperationId, OPERATION_ID_RULE, operationName } from '../../lifecycle/operation-name.ts';
import { messageFromJson } from '../../messages/json.ts';
import { operationToJson, operationView } from '../../messages/operation.ts';
import { messageType } from '../../messages/registry.ts';
import { existingOperation } from '../../orchestrator/existing-operation.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { rerunOperation } from '../../orchestrator/rerun-operation.ts';
import { requireFound } from '../named-operations.ts';
import { checkedRequestId } from '../request-id.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

const requestType = messageType<RerunRequest>('lro.v1.RerunRequest');

/** The names of lro.v1.RerunRequest.From, by number. */
const PLACES = ['START', 'START', 'RESUME_POINT'] as const;

/** Reads where the rerun begins. Default: at the start. @throws InvalidInput for a number that the enum does not have */
export function placeOf(from: RerunRequest_From): 'START' | 'RESUME_POINT' {
  const place = PLACES[from];
  if (place === undefined) throw new InvalidInput('from', 'must be START or RESUME_POINT');
  return place;
}

/** Runs a terminal operation again, as a new one. */
export const rerun: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:rerun`,
  async answer({ orchestrator, name, body, settings, caller }) {
    const operation = checkedName(name);
    const { from, failedChildrenOnly, operationId, requestId } = messageFromJson(requestType, body ?? {});
    if (operationId !== '') {
      if (!isOperationId(operationId)) throw new InvalidInput('operationId', OPERATION_ID_RULE);
      const { creation } = await existingOperation(orchestrator, operation);
      const labels = creation?.value.labels ?? {};
      // Access to the old operation does not include access to every name of a new one.
      await settings.gate.authorize(orchestrator, caller, 'act', () => ({
        kind: 'new',
        operation: { name: operationName(operationId), labels },
      }));
    }
    const begun = await rerunOperation(orchestrator, {
      operation,
      from: placeOf(from),
      failedChildrenOnly,
      operationId: operationId || undefined,
      requestId: checkedRequestId(requestId),
    });
    if (operationId !== '')
      await requireFound(settings.gate, orchestrator, caller, { operationId, found: begun });
    return operationToJson(operationView(begun));
  },
};
