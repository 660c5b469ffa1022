/** The calls of workers, alone and in batches. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, operationName, ref, time } from './json-schema.ts';

export const workerCalls: JsonObject = {
  HeartbeatRequest: closed(
    {
      name: operationName,
      attempt: { type: ['integer', 'string'] },
      worker: { type: 'string', maxLength: 256 },
      catchPoint: { type: 'string', maxLength: 256 },
    },
    [],
  ),
  Lease: closed(
    {
      leaseExpireTime: { ...time, description: 'Absent for an operation without dispatch.' },
      cancelRequested: { type: 'boolean' },
      checkpoint: {
        type: 'string',
        contentEncoding: 'base64',
        description: 'What was saved in this attempt, if the call names no worker.',
      },
      resumePoint: { type: 'string', description: 'As `checkpoint`.' },
    },
    ['cancelRequested'],
  ),
  LifecycleEvent: { type: 'object', description: 'lro.v1.LifecycleEvent: see docs/protocol.md.' },
  ApplyResponse: closed(
    { applied: { type: 'boolean' }, reason: { type: 'string', description: 'Why it changed nothing.' } },
    ['applied'],
  ),
  BatchRequest: closed(
    {
      calls: {
        type: 'array',
        minItems: 1,
        maxItems: 500,
        items: {
          oneOf: [
            closed({ heartbeat: { ...ref('HeartbeatRequest'), required: ['name'] } }, ['heartbeat']),
            closed({ apply: { ...ref('LifecycleEvent'), required: ['operation'] } }, ['apply']),
            closed({ create: ref('CreateOperationRequest') }, ['create']),
          ],
        },
      },
    },
    ['calls'],
  ),
  BatchResponse: closed(
    {
      answers: {
        type: 'array',
        items: {
          oneOf: [
            closed({ lease: ref('Lease') }, ['lease']),
            closed({ applied: ref('ApplyResponse') }, ['applied']),
            closed({ operation: ref('Operation') }, ['operation']),
            ref('Error'),
          ],
        },
      },
    },
    ['answers'],
  ),
};
