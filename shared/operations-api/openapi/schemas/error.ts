/** The body of every error. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, ref, text } from './json-schema.ts';

export const error: JsonObject = {
  Error: closed(
    {
      error: closed(
        {
          code: { type: 'integer', description: 'The HTTP status.' },
          message: text,
          status: { type: 'string', description: 'The name of the google.rpc.Code.' },
          details: {
            type: 'array',
            items: ref('Any'),
            minItems: 1,
            description:
              'A google.rpc.ErrorInfo, and BadRequest, ResourceInfo or RetryInfo where they apply.',
          },
        },
        ['code', 'message', 'status', 'details'],
      ),
    },
    ['error'],
  ),
};
