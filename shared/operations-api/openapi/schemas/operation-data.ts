/** All that is kept of an operation: its export and its erasure. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, operationName } from './json-schema.ts';

export const operationData: JsonObject = {
  ExportedRecord: {
    type: 'object',
    description: 'One record of an operation. Its other fields depend on its kind: see docs/data.md.',
    properties: {
      kind: {
        enum: ['operation', 'history', 'wait', 'child', 'spawn', 'notification', 'outbox', 'rerun', 'end'],
      },
    },
    required: ['kind'],
  },
  Erasure: closed(
    {
      reruns: {
        type: 'array',
        items: operationName,
        description: 'Operations that run this one again. They have copies of its input and checkpoint.',
      },
    },
    [],
  ),
};
