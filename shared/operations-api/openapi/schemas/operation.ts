/** google.longrunning.Operation, alone, in lists and in watches. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, count, operationName, ref, shortError, state, text, time } from './json-schema.ts';

const summary: JsonObject = {
  name: operationName,
  done: { const: true },
  state,
  method: text,
  parent: operationName,
  labels: { type: 'object', additionalProperties: text },
  createTime: time,
  updateTime: time,
  completeTime: time,
  cancelRequested: { const: true },
  attempt: { type: 'integer', minimum: 1 },
  progressPercent: { type: 'number', minimum: 0, maximum: 100, description: 'As the metadata says.' },
  error: shortError,
};

export const operation: JsonObject = {
  Any: {
    type: 'object',
    description:
      'google.protobuf.Any. A type that the deployment knows has its fields beside @type, or its own JSON form in value; of any other type, value is its bytes in base64.',
    properties: { '@type': text },
    required: ['@type'],
  },
  Status: closed(
    { code: { type: 'integer' }, message: text, details: { type: 'array', items: ref('Any') } },
    ['code', 'message'],
  ),
  Operation: closed(
    {
      name: operationName,
      metadata: ref('Any'),
      done: { const: true, description: 'Absent until it is true.' },
      error: ref('Status'),
      response: ref('Any'),
    },
    ['name'],
    {
      description: 'google.longrunning.Operation: once done, with exactly one of error and response.',
      if: { required: ['done'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { oneOf: [{ required: ['error'] }, { required: ['response'] }] },
      else: { not: { anyOf: [{ required: ['error'] }, { required: ['response'] }] } },
    },
  ),
  ListOperationsResponse: closed(
    {
      operations: {
        type: 'array',
        items: { anyOf: [ref('Operation'), ref('OperationSummary'), ref('OperationChange')] },
        minItems: 1,
      },
      nextPageToken: text,
    },
    [],
  ),
  OperationSummary: closed(summary, ['name', 'state', 'createTime', 'updateTime'], {
    description: 'An operation without its payloads.',
  }),
  OperationChange: closed(
    {
      ...summary,
      metadata: ref('Any'),
      response: ref('Any'),
      error: ref('Status'),
      matches: { const: false, description: 'It does not match the filter any more.' },
      deleted: { const: true, description: 'It is gone: nothing but its name is known.' },
    },
    ['name'],
  ),
  Statistics: closed(
    {
      total: count,
      states: closed(Object.fromEntries(state.enum.map((name) => [name, count])), []),
      methods: { type: 'array', items: closed({ method: text, count }, ['method', 'count']) },
      minutes: {
        type: 'array',
        description:
          'Of the operations that were created in the last hour; minutes without any are left out.',
        items: closed(
          { time, created: count, succeeded: count, failed: count, medianMs: count, p95Ms: count },
          ['time', 'created', 'succeeded', 'failed'],
        ),
      },
    },
    ['total', 'states', 'methods', 'minutes'],
  ),
};
