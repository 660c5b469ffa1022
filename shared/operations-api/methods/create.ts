import { operationName } from '../../lifecycle/operation-name.ts';
import { operationToJson, operationView } from '../../messages/operation.ts';
import { createOperation } from '../../orchestrator/create-operation.ts';
import { validTraceparent } from '../../telemetry/trace-context.ts';
import { createRequestOf } from '../create-request.ts';
import type { AnsweringMethod } from './method.ts';

export const create: AnsweringMethod = {
  http: 'POST',
  path: '/v1/operations',
  changesOne: true,
  subject({ body, orchestrator }) {
    const { operationId, creation } = createRequestOf(body, orchestrator.now(), orchestrator.policy.payloads);
    const { parent, labels } = creation;
    const name = operationId === undefined ? undefined : operationName(operationId);
    return { kind: 'new', operation: { name, labels }, parent };
  },
  async answer({ orchestrator, body, callId, headers }) {
    const { payloads } = orchestrator.policy;
    const trace = validTraceparent(orchestrator.telemetry.traceparent() ?? headers.traceparent?.toString());
    const request = createRequestOf(body, orchestrator.now(), payloads);
    const { operationId, requestId = callId, creation, metadata } = request;
    const created = { operationId, requestId, creation, metadata, trace };
    return operationToJson(operationView(await createOperation(orchestrator, created)));
  },
};
