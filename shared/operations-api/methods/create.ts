import { operationName } from '../../lifecycle/operation-name.ts';
import { operationToJson, operationView } from '../../messages/operation.ts';
import { createOperation } from '../../orchestrator/create-operation.ts';
import { validTraceparent } from '../../telemetry/trace-context.ts';
import { createRequestOf } from '../create-request.ts';
import { requireFound } from '../named-operations.ts';
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
  async answer({ orchestrator, settings, caller, body, callId, headers }) {
    const { payloads } = orchestrator.policy;
    const trace = validTraceparent(orchestrator.telemetry.traceparent() ?? headers.traceparent?.toString());
    const request = createRequestOf(body, orchestrator.now(), payloads);
    const { operationId, requestId = callId, creation, metadata } = request;
    const asked = { operationId, requestId, creation, metadata, trace };
    const created = await createOperation(orchestrator, asked);
    if (!settings.gate.isOpen)
      await requireFound(settings.gate, orchestrator, caller, { operationId, found: created });
    return operationToJson(operationView(created));
  },
};
