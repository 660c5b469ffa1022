/** How an operation is created. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, duration, operationName, ref, text } from './json-schema.ts';

export const creation: JsonObject = {
  CreateOperationRequest: closed(
    {
      operationId: { type: 'string', description: 'Chosen by the service where absent.' },
      requestId: {
        type: 'string',
        maxLength: 128,
        description: 'AIP-155: a repeat gives the same operation.',
      },
      method: { type: 'string', maxLength: 512 },
      parent: operationName,
      metadata: ref('Any'),
      labels: { type: 'object', additionalProperties: text, maxProperties: 64 },
      ttl: { type: 'string', examples: ['86400s'], description: 'How long it is kept once it is terminal.' },
      input: ref('Any'),
      dispatch: ref('Dispatch'),
      timeout: { ...duration, description: 'One deadline for the whole operation.' },
    },
    [],
  ),
  Dispatch: closed(
    {
      lease: { ...duration, description: 'How long the worker may be silent: 5s to 3600s, 60s by default.' },
      startTimeout: { ...duration, description: 'When a signal that no worker takes is sent again.' },
      maxTries: { type: 'integer', minimum: 1, maximum: 100 },
      firstBackoff: duration,
      maxBackoff: duration,
      cancelTimeout: duration,
      catchTimeout: duration,
      backoffMultiplier: { type: 'number', minimum: 1, maximum: 10 },
      catchPoint: { type: 'string', description: 'The resume point of the last resort.' },
    },
    [],
    { description: 'The orchestrator starts the work by a START signal, watches it and tries it again.' },
  ),
};
