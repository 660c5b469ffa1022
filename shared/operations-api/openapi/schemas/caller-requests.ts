/** What callers ask of existing operations: to take a notification, to run again, to stop, to be deleted. */
import type { JsonObject } from '../../../messages/json-value.ts';
import { closed, ref, text } from './json-schema.ts';

const rerunFrom: JsonObject = {
  enum: ['START', 'RESUME_POINT'],
  default: 'START',
  description:
    'START needs dispatch. RESUME_POINT begins with the checkpoint and the RESUME of the last wait.',
};

const failedChildrenOnly: JsonObject = {
  type: 'boolean',
  description: 'Children that succeeded are taken over; those that did not are made again.',
};

export const callerRequests: JsonObject = {
  NotifyRequest: closed({ name: text, payload: ref('Any'), requestId: { type: 'string', maxLength: 128 } }, [
    'name',
  ]),
  RerunRequest: closed(
    {
      from: rerunFrom,
      failedChildrenOnly,
      operationId: { type: 'string', description: '{id}~2, ~3, … where absent.' },
      requestId: { type: 'string', maxLength: 128 },
    },
    [],
  ),
  BulkRequest: closed(
    {
      filter: { type: 'string', description: 'As in a list; must not be empty.' },
      requestId: { type: 'string', maxLength: 128 },
      validateOnly: { type: 'boolean', description: 'Counts, and does nothing.' },
    },
    ['filter'],
  ),
  BulkRerunRequest: closed(
    {
      filter: { type: 'string', description: 'As in a list; must not be empty.' },
      requestId: { type: 'string', maxLength: 128 },
      validateOnly: { type: 'boolean', description: 'Counts, and does nothing.' },
      from: rerunFrom,
      failedChildrenOnly,
    },
    ['filter'],
  ),
};
